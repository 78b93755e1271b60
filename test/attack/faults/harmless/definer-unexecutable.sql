-- A definer function that nobody but the owner may execute.
CREATE FUNCTION public.maintenance() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS ''; ALTER FUNCTION public.maintenance() OWNER TO azora_owner; REVOKE ALL ON FUNCTION public.maintenance() FROM PUBLIC;
