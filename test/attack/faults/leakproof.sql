-- PostgreSQL calls it with every tenant's rows before the policies.
-- rule: function-leakproof
CREATE FUNCTION public.matches(text) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true';
