-- The check is asked about each entry of a list.
-- rule: expression-function
CREATE FUNCTION public.spy(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', value); RETURN true; END $$;
CREATE DOMAIN public.noted_text AS text CHECK (public.spy(VALUE)); ALTER TABLE tenant.documents ADD COLUMN remarks public.noted_text[];
