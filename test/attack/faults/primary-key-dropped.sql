-- Rows have no identity: the log can't name them.
-- rule: key-across-accounts
ALTER TABLE tenant.role_permissions DROP CONSTRAINT role_permissions_pkey;
