-- PostgreSQL may call it before the policies.
-- rule: guard-function
ALTER FUNCTION guard.uuid7() LEAKPROOF;
