-- Old rows of accounts that are gone were never looked for.
-- rule: account-key
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_fkey,
  ADD FOREIGN KEY (account_id) REFERENCES control.accounts (id) ON DELETE CASCADE NOT VALID;
