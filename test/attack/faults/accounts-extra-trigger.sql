-- Code that isn't azora's runs when an account changes.
-- rule: vendor-triggers
CREATE FUNCTION public.on_account() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER extra BEFORE UPDATE ON control.accounts FOR EACH ROW EXECUTE FUNCTION public.on_account();
