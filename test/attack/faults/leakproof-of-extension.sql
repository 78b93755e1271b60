-- An extension's function is asked about rows of every tenant before the policies.
-- rule: function-leakproof
-- server: PGlite has it as a separate import
CREATE EXTENSION citext; ALTER FUNCTION public.texticlike(public.citext, public.citext) LEAKPROOF;
