-- Nothing holds for the application.
-- rule: role-powers
ALTER ROLE azora_runtime SUPERUSER;
