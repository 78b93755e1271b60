-- A function that azora doesn't ship sits beside the keys.
-- rule: guard-function
CREATE FUNCTION guard.helper() RETURNS void LANGUAGE sql AS ''; ALTER FUNCTION guard.helper() OWNER TO azora_owner; REVOKE ALL ON FUNCTION guard.helper() FROM PUBLIC;
