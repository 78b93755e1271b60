-- A cast of PostgreSQL's own types was made to mean something else.
-- rule: system-function
CREATE FUNCTION public.to_uuid(text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT gen_random_uuid() $$; CREATE CAST (text AS uuid) WITH FUNCTION public.to_uuid(text);
