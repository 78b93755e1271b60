-- TRUNCATE asks no policy.
-- rule: tenant-rights
GRANT TRUNCATE ON tenant.documents TO azora_runtime;
