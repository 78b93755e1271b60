-- A definer function that somebody has read and exempted with a reason.
-- exempt: function public.server_time(): returns the time and nothing else, reviewed
CREATE FUNCTION public.server_time() RETURNS timestamptz LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT now()'; ALTER FUNCTION public.server_time() OWNER TO azora_owner;
