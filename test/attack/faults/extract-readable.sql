-- An extract of tenants' rows without their accounts.
-- rule: outside-table
CREATE TABLE public.extract AS SELECT title, created_at FROM tenant.documents; GRANT SELECT ON public.extract TO azora_runtime;
