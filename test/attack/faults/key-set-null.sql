-- Deleting a user takes the account from documents, or fails.
-- rule: foreign-key-action
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_owner_id_fkey,
  ADD FOREIGN KEY (account_id, owner_id) REFERENCES tenant.users (account_id, id) ON DELETE SET NULL;
