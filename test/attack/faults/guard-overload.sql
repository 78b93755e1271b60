-- A second function of the name is called instead.
-- rule: guard-function
CREATE FUNCTION guard.sign(key_id varchar, message varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$; ALTER FUNCTION guard.sign(varchar, varchar) OWNER TO azora_owner; REVOKE ALL ON FUNCTION guard.sign(varchar, varchar) FROM PUBLIC;
