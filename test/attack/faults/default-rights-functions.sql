-- Everybody may execute the owners' next function.
-- rule: default-rights
ALTER DEFAULT PRIVILEGES FOR ROLE azora_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
