-- A check constraint tells every listener what every tenant writes.
-- rule: expression-function
CREATE FUNCTION public.seen(value text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('seen', value); RETURN true; END $$; ALTER TABLE tenant.documents ADD CHECK (public.seen(title));
