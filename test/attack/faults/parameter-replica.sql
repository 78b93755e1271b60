-- Foreign keys and triggers are off for a session that says so.
-- rule: parameter-rights
GRANT SET ON PARAMETER session_replication_role TO azora_runtime;
