-- A child in another schema is readable past its parent's policies.
-- rule: row-security
CREATE TABLE public.old_documents () INHERITS (tenant.documents); GRANT SELECT ON public.old_documents TO azora_runtime;
