-- Rows outlive their account.
-- rule: account-key
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_fkey;
