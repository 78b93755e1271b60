-- The statement is made at run time from what a tenant writes.
-- rule: trigger-not-understood
CREATE FUNCTION public.run_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE NEW.title; RETURN NEW; END $$; CREATE TRIGGER run_it AFTER INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.run_it();
