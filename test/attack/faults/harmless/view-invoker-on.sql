-- The same option in another spelling, nested.
CREATE VIEW public.one WITH (security_invoker = on) AS SELECT id FROM tenant.documents; CREATE VIEW public.two WITH (security_invoker) AS SELECT * FROM public.one; GRANT SELECT ON public.one, public.two TO azora_runtime;
