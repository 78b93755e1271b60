-- A table in another schema belongs to accounts and has no row security.
-- rule: row-security
CREATE TABLE public.notes (account_id uuid NOT NULL REFERENCES control.accounts (id) ON DELETE CASCADE, id uuid NOT NULL, body text, PRIMARY KEY (account_id, id));
GRANT SELECT, INSERT ON public.notes TO azora_runtime;
