-- Its search_path is the caller's, who puts his own tables into it.
-- rule: definer-function
CREATE FUNCTION public.count_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM tenant.documents';
