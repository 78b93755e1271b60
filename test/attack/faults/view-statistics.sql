-- Samples of every tenant's values, in a view of a superuser's.
-- rule: view-past-policies
CREATE VIEW public.samples AS SELECT starelid, stavalues1::text AS samples FROM pg_statistic; GRANT SELECT ON public.samples TO azora_runtime;
