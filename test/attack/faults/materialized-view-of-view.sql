-- Through a view that asks as its reader, kept for good.
-- rule: materialized-view
CREATE VIEW public.mine WITH (security_invoker = true) AS SELECT * FROM tenant.documents; CREATE MATERIALIZED VIEW public.kept AS SELECT * FROM public.mine;
