-- A default runs with the owner's rights whatever it likes.
-- rule: expression-function
CREATE FUNCTION public.next_number() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN RETURN (SELECT max(number) FROM tenant.documents); END $$; ALTER TABLE tenant.documents ALTER number SET DEFAULT public.next_number();
