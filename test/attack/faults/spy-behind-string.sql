-- A string that looks like a comment hides what follows it.
-- rule: trigger-not-understood
CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := NEW.title || '--'; PERFORM pg_notify('seen', NEW.title); RETURN NEW; END $$; CREATE TRIGGER tell BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.tell();
