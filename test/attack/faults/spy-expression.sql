-- A function that is called in an expression writes elsewhere.
-- rule: trigger-not-understood
CREATE FUNCTION public.keep(value text) RETURNS text LANGUAGE sql AS $$ SELECT value $$;
CREATE FUNCTION public.keep_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := public.keep(NEW.title); RETURN NEW; END $$; CREATE TRIGGER keep_it BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.keep_it();
