-- A function of a superuser's reads every tenant for whoever calls it.
-- rule: definer-function
CREATE FUNCTION public.find_document(id uuid) RETURNS SETOF tenant.documents LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT * FROM tenant.documents d WHERE d.id = $1';
