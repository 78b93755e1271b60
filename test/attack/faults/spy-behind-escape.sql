-- An escaped quote hides what follows it.
-- rule: trigger-not-understood
CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := E'\''; PERFORM pg_notify('seen', 'x'); RETURN NEW; END $$; CREATE TRIGGER tell BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.tell();
