-- Every new session starts with triggers and foreign keys off.
-- rule: settings
ALTER ROLE azora_owner SET session_replication_role = replica;
