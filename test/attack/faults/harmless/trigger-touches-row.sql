-- The usual trigger that stamps a row.
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN -- not an insert into anything
  NEW.updated_at := now(); IF NEW.title IS DISTINCT FROM OLD.title THEN NEW.title := trim(NEW.title); END IF; RETURN NEW; END $$; ALTER FUNCTION public.touch() OWNER TO azora_owner; CREATE TRIGGER touch BEFORE UPDATE ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.touch();
