-- The next table is readable before it has a policy.
-- rule: default-rights
ALTER DEFAULT PRIVILEGES FOR ROLE azora_owner IN SCHEMA tenant GRANT SELECT ON TABLES TO azora_runtime;
