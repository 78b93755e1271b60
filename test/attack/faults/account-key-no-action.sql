-- The account can't be purged while it has documents.
-- rule: account-key
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_fkey,
  ADD FOREIGN KEY (account_id) REFERENCES control.accounts (id);
