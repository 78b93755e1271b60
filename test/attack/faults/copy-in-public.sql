-- A copy for a report, in another schema, with every tenant's rows.
-- rule: row-security
CREATE TABLE public.documents_report AS SELECT * FROM tenant.documents; GRANT SELECT ON public.documents_report TO azora_runtime;
