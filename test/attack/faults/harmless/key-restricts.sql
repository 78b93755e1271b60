-- A key between tenant tables that restricts: both sides cascade from the account.
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_owner_id_fkey, ADD FOREIGN KEY (account_id, owner_id) REFERENCES tenant.users (account_id, id) ON DELETE RESTRICT;
