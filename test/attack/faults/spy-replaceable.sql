-- The role that owns the function can make it anything.
-- rule: trigger-not-understood
CREATE ROLE fault_author NOLOGIN; CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; ALTER FUNCTION public.stamp() OWNER TO fault_author; CREATE TRIGGER stamp BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.stamp();
