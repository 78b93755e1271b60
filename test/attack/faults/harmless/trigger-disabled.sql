-- A trigger that is switched off.
CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('changes', NEW.title); RETURN NEW; END $$; CREATE TRIGGER tell AFTER INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.tell(); ALTER TABLE tenant.documents DISABLE TRIGGER tell;
