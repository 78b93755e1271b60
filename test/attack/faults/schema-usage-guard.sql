-- Operators can enter the guard.
-- rule: schema-rights
GRANT USAGE ON SCHEMA guard TO azora_support;
