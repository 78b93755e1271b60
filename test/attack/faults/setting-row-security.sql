-- Policies turn into errors, and for some roles into nothing.
-- rule: settings
ALTER ROLE azora_runtime SET row_security = off;
