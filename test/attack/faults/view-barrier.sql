-- A security barrier is no row security.
-- rule: view-past-policies
CREATE VIEW public.safe WITH (security_barrier = true) AS SELECT * FROM tenant.documents; GRANT SELECT ON public.safe TO azora_runtime;
