-- What the administrator makes by hand is open too.
-- rule: default-rights
ALTER DEFAULT PRIVILEGES FOR ROLE CURRENT_USER GRANT SELECT ON TABLES TO PUBLIC;
