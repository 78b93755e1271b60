-- A function of PostgreSQL's own was replaced.
-- rule: system-function
CREATE OR REPLACE FUNCTION pg_catalog.sha256(bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN '\x00'; END $$;
