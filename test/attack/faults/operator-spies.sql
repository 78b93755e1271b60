-- An operator in a check is a function that is called with every row.
-- rule: expression-function
CREATE FUNCTION public.spy(one text, other text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', one); RETURN true; END $$;
CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = public.spy); ALTER TABLE tenant.documents ADD CHECK (title OPERATOR(public.===) 'x');
