-- The next large object is everybody's.
-- rule: default-rights
-- since: 18
ALTER DEFAULT PRIVILEGES FOR ROLE azora_owner GRANT SELECT ON LARGE OBJECTS TO PUBLIC;
