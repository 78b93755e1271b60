-- No policy holds for the application.
-- rule: role-powers
ALTER ROLE azora_runtime BYPASSRLS;
