-- A second login of the application passes by the policies.
-- rule: role-powers
CREATE ROLE fault_worker LOGIN BYPASSRLS IN ROLE azora_runtime; ALTER ROLE fault_worker SET track_activities = off;
