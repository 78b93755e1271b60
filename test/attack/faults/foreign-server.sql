-- The application reaches another database, or this one as somebody else.
-- rule: replication
CREATE FOREIGN DATA WRAPPER fault_wrapper; CREATE SERVER fault_server FOREIGN DATA WRAPPER fault_wrapper; GRANT USAGE ON FOREIGN SERVER fault_server TO azora_runtime;
