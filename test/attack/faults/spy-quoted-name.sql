-- The function's name stands in quotes.
-- rule: trigger-not-understood
CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE x text; BEGIN x := "pg_notify"('seen', NEW.title); RETURN NEW; END $$; CREATE TRIGGER tell BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.tell();
