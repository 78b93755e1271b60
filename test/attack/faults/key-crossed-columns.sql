-- The columns are paired the wrong way round: the account with the other row's id.
-- rule: foreign-key-unpaired
ALTER TABLE tenant.users ADD UNIQUE (account_id, id, email);
ALTER TABLE tenant.documents ADD FOREIGN KEY (owner_id, account_id) REFERENCES tenant.users (account_id, id) NOT VALID;
