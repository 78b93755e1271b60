-- The application makes tables and functions beside the tenants'.
-- rule: schema-rights
GRANT CREATE ON SCHEMA tenant TO azora_runtime;
