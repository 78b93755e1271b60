-- A table in another schema that the application only reads, exempted with a reason.
-- exempt: table public.units: units of measurement, filled by migrations
CREATE TABLE public.units (code text PRIMARY KEY); GRANT SELECT ON public.units TO azora_runtime;
