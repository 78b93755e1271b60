-- The application makes servers by which it reaches other databases.
-- rule: replication
CREATE FOREIGN DATA WRAPPER fault_wrapper; GRANT USAGE ON FOREIGN DATA WRAPPER fault_wrapper TO azora_runtime;
