-- A check and an index that only compute.
CREATE FUNCTION public.is_number(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT value ~ '^[A-Z]+-' $$; ALTER FUNCTION public.is_number(text) OWNER TO azora_owner; ALTER TABLE tenant.documents ADD CHECK (public.is_number(number) OR number <> ''); CREATE INDEX ON tenant.documents (account_id, lower(title));
