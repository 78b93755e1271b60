-- The application locks and rewrites the table of all tenants.
-- rule: tenant-rights
-- since: 17
GRANT MAINTAIN ON tenant.documents TO azora_runtime;
