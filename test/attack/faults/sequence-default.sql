-- A sequence of another schema numbers the rows of all tenants.
-- rule: sequence-shared
CREATE SEQUENCE public.shared_numbers; ALTER TABLE tenant.documents ALTER number SET DEFAULT nextval('public.shared_numbers')::text;
