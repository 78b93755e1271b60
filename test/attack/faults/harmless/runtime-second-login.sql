-- A second login of the application, as careful as the first.
CREATE ROLE fault_worker LOGIN IN ROLE azora_runtime; ALTER ROLE fault_worker SET track_activities = off;
