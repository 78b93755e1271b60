-- A trigger gives rows to another account after they were looked at.
-- rule: trigger-not-understood
CREATE FUNCTION public.assign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.account_id := NEW.owner_id; RETURN NEW; END $$; CREATE TRIGGER zz_assign BEFORE UPDATE ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.assign();
