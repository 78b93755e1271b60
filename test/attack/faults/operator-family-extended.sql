-- What PostgreSQL compares ids with is added to.
-- rule: system-function
CREATE FUNCTION public.compare(uuid, text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0'; CREATE FUNCTION public.same(uuid, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = text, FUNCTION = public.same);
ALTER OPERATOR FAMILY pg_catalog.uuid_ops USING btree ADD OPERATOR 3 public.= (uuid, text), FUNCTION 1 public.compare(uuid, text);
