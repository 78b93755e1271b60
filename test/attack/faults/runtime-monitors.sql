-- A predefined role shows the statements of every session.
-- rule: role-reach
GRANT pg_monitor TO azora_runtime;
