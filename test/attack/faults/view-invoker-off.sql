-- The option is there and says no.
-- rule: view-past-policies
CREATE VIEW public.safe WITH (security_invoker = false) AS SELECT * FROM tenant.documents; GRANT SELECT ON public.safe TO azora_runtime;
