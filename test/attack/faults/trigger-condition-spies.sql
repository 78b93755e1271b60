-- The trigger is harmless, and its condition is asked about every row.
-- rule: trigger-not-understood
CREATE FUNCTION public.spy(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', value); RETURN true; END $$;
CREATE TRIGGER again BEFORE UPDATE ON tenant.documents FOR EACH ROW WHEN (public.spy(NEW.title)) EXECUTE FUNCTION suppress_redundant_updates_trigger();
