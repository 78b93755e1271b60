-- The next table of one schema is the operators' too.
-- rule: default-rights
ALTER DEFAULT PRIVILEGES FOR ROLE azora_owner IN SCHEMA tenant GRANT SELECT ON TABLES TO azora_support;
