-- The application is in a group whose rights nobody has looked at.
-- rule: role-reach
CREATE ROLE fault_tools NOLOGIN; GRANT fault_tools TO azora_runtime;
