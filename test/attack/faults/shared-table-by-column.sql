-- A right on one column is enough for a channel.
-- rule: shared-table
CREATE TABLE public.flags (name text PRIMARY KEY, note text); GRANT UPDATE (note) ON public.flags TO azora_runtime;
