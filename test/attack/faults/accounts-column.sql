-- Tenants read more of the account than is meant.
-- rule: vendor-rights
GRANT SELECT (contact_email) ON control.accounts TO azora_runtime;
