-- Operators can enter the tenants' schema.
-- rule: schema-rights
GRANT USAGE ON SCHEMA tenant TO azora_support;
