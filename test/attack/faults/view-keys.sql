-- The guard's keys, in a view.
-- rule: view-past-policies
CREATE VIEW public.health AS SELECT id, inner_pad, outer_pad FROM guard.context_keys; GRANT SELECT ON public.health TO azora_runtime;
