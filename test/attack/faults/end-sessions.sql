-- One tenant ends the sessions of all.
-- rule: shared-functions
GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO azora_runtime;
