-- The outer view asks as its reader, the inner one doesn't.
-- rule: view-past-policies
CREATE VIEW public.inner_view AS SELECT * FROM tenant.users;
CREATE VIEW public.outer_view WITH (security_invoker = true) AS SELECT * FROM public.inner_view;
GRANT SELECT ON public.inner_view, public.outer_view TO azora_runtime;
