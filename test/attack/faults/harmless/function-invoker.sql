-- A function with its caller's rights.
CREATE FUNCTION public.titles() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT title FROM tenant.documents';
