-- The check is that of a field of a composite column.
-- rule: expression-function
CREATE FUNCTION public.spy(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', value); RETURN true; END $$;
CREATE DOMAIN public.noted_text AS text CHECK (public.spy(VALUE)); CREATE TYPE public.remark AS (at date, body public.noted_text); ALTER TABLE tenant.documents ADD COLUMN remark public.remark;
