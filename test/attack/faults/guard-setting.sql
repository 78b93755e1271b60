-- The guard runs with triggers off.
-- rule: guard-function
ALTER FUNCTION guard.audit_write() SET session_replication_role = replica;
