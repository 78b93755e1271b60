-- The application is an operator too.
-- rule: planes-apart
GRANT azora_support TO azora_runtime;
