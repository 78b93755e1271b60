-- An id that another tenant has can be told by inserting it.
-- rule: key-across-accounts
ALTER TABLE tenant.role_permissions DROP CONSTRAINT role_permissions_pkey, ADD PRIMARY KEY (id);
