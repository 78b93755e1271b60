-- Every row passes through code with a superuser's rights.
-- rule: trigger-not-understood
CREATE FUNCTION public.spy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER spy BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.spy();
