-- The key is written down and does nothing.
-- rule: account-key
-- since: 18
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_fkey,
  ADD FOREIGN KEY (account_id) REFERENCES control.accounts (id) ON DELETE CASCADE NOT ENFORCED;
