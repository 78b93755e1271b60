-- A function that sets how long it may take and where its names are.
CREATE FUNCTION public.busy() RETURNS int LANGUAGE sql SET search_path = pg_catalog SET statement_timeout = '1s' AS 'SELECT 1';
