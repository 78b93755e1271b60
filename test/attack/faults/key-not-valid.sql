-- Old rows may refer to another tenant's rows.
-- rule: constraint-off
ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_owner_id_fkey,
  ADD FOREIGN KEY (account_id, owner_id) REFERENCES tenant.users (account_id, id) NOT VALID;
