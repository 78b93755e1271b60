-- Every statement of one tenant reads the rows of all.
-- rule: account-index
ALTER TABLE tenant.role_permissions DROP CONSTRAINT role_permissions_pkey; DROP INDEX tenant.role_permissions_account_id_role_id_permission_key; CREATE INDEX ON tenant.role_permissions (role_id, account_id);
