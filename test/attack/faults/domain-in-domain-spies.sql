-- The check is that of the type which a column's type is made of.
-- rule: expression-function
CREATE FUNCTION public.spy(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', value); RETURN true; END $$;
CREATE DOMAIN public.inner_text AS text CHECK (public.spy(VALUE)); CREATE DOMAIN public.outer_text AS public.inner_text; ALTER TABLE tenant.documents ADD COLUMN remark public.outer_text;
