-- A tenant table was hung under a parent that everybody reads: its rows come with it.
-- rule: row-security
-- exempt: table public.base: a list of titles, said to be harmless
CREATE TABLE public.base (title text); ALTER TABLE public.base OWNER TO azora_owner; ALTER TABLE tenant.documents ALTER title DROP NOT NULL; ALTER TABLE tenant.documents INHERIT public.base; GRANT SELECT ON public.base TO azora_runtime;
