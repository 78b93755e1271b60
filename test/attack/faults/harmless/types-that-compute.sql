-- Domains on domains, a range and an enum whose checks only compare.
CREATE DOMAIN public.code AS text CHECK (VALUE ~ '^[A-Z]'); CREATE DOMAIN public.short_code AS public.code CHECK (length(VALUE) < 9); CREATE TYPE public.mood AS ENUM ('good', 'bad'); CREATE TYPE public.span AS RANGE (subtype = float8, subtype_diff = float8mi);
ALTER TABLE tenant.documents ADD COLUMN code public.short_code, ADD COLUMN codes public.code[], ADD COLUMN mood public.mood, ADD COLUMN span public.span;
CREATE INDEX ON tenant.documents (account_id, mood); CREATE STATISTICS public.of_titles ON (lower(title)), account_id FROM tenant.documents;
