-- A policy's cast calls a function with the rows of every tenant.
-- rule: policy-function
CREATE FUNCTION public.spy(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', value); RETURN true; END $$;
CREATE DOMAIN public.seen AS text CHECK (public.spy(VALUE));
ALTER POLICY tenant_isolation ON tenant.documents USING (account_id = (SELECT guard.current_account()) AND title::public.seen IS NOT NULL);
