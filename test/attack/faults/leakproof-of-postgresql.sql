-- A function of PostgreSQL's is asked about rows of every tenant before the policies, to be faster.
-- rule: function-leakproof
ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;
