-- An operator among PostgreSQL's own is found before any other.
-- rule: system-function
CREATE FUNCTION public.always(uuid, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE OPERATOR pg_catalog.= (LEFTARG = uuid, RIGHTARG = text, FUNCTION = public.always);
