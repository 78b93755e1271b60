-- Every function finds it before any other.
-- rule: system-function
CREATE FUNCTION pg_catalog.encode(bytea, varchar) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'known' $$;
