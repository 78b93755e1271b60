-- The account in the key is not the row's own but one that the writer chooses.
-- rule: foreign-key-unpaired
ALTER TABLE tenant.documents ADD COLUMN owner_account_id uuid;
ALTER TABLE tenant.documents ADD FOREIGN KEY (owner_account_id, owner_id) REFERENCES tenant.users (account_id, id);
CREATE INDEX ON tenant.documents (owner_account_id, owner_id);
