-- Operators read an extract of tenants' rows.
-- rule: outside-table
CREATE TABLE public.extract AS SELECT title FROM tenant.documents; GRANT SELECT ON public.extract TO azora_support;
