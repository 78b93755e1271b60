-- One login for everything.
-- rule: planes-apart
CREATE ROLE fault_all LOGIN; GRANT azora_runtime, azora_billing TO fault_all; ALTER ROLE fault_all SET track_activities = off;
