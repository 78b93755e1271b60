-- The next table is the operators' too.
-- rule: default-rights
ALTER DEFAULT PRIVILEGES FOR ROLE azora_owner GRANT SELECT ON TABLES TO azora_support;
