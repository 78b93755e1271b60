-- Each ANALYZE hands rows of all tenants to a function.
-- rule: expression-function
CREATE FUNCTION public.spy(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', value); RETURN true; END $$;
CREATE STATISTICS public.of_titles ON (public.spy(title)), account_id FROM tenant.documents;
