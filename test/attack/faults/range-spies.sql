-- An index of a range measures what every tenant writes by somebody's function.
-- rule: expression-function
CREATE FUNCTION public.distance(one float8, other float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', one::text); RETURN one - other; END $$;
CREATE TYPE public.span AS RANGE (subtype = float8, subtype_diff = public.distance); ALTER TABLE tenant.documents ADD COLUMN span public.span;
