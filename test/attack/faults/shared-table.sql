-- One tenant writes what another reads.
-- rule: shared-table
CREATE TABLE public.scratch (id uuid PRIMARY KEY, body text); GRANT SELECT, INSERT ON public.scratch TO azora_runtime;
