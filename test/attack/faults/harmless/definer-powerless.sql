-- A definer function of a role that may do nothing.
CREATE ROLE fault_powerless NOLOGIN; CREATE FUNCTION public.version_text() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT version()'; ALTER FUNCTION public.version_text() OWNER TO fault_powerless;
