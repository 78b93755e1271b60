-- A role with BYPASSRLS reads for everybody.
-- rule: definer-function
CREATE ROLE fault_definer NOLOGIN BYPASSRLS; GRANT SELECT ON tenant.documents TO fault_definer; CREATE FUNCTION public.fault_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT count(*) FROM tenant.documents'; ALTER FUNCTION public.fault_all() OWNER TO fault_definer;
