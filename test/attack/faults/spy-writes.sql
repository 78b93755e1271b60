-- What is written is written a second time elsewhere.
-- rule: trigger-not-understood
CREATE FUNCTION public.copy_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.copies VALUES (NEW.title); RETURN NEW; END $$; CREATE TRIGGER copy_row AFTER INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.copy_row();
