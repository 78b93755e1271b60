-- The NOT NULL was never checked on the rows that were there.
-- rule: account-column
-- since: 18
ALTER TABLE tenant.role_permissions DROP CONSTRAINT role_permissions_pkey; ALTER TABLE tenant.role_permissions ALTER account_id DROP NOT NULL;
ALTER TABLE tenant.role_permissions ADD CONSTRAINT account_there NOT NULL account_id NOT VALID;
