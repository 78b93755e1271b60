-- Changing a referenced key gives the rows to the account of the session.
-- rule: foreign-key-action
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_owner_id_fkey,
  ADD FOREIGN KEY (account_id, owner_id) REFERENCES tenant.users (account_id, id) ON UPDATE SET DEFAULT;
