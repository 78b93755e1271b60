-- A trigger of the application's own sees every tenant's rows.
-- rule: tenant-rights
GRANT TRIGGER ON tenant.documents TO azora_runtime;
