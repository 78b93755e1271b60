-- The application reads files of the server, table files among them.
-- rule: system-rights
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO azora_runtime;
