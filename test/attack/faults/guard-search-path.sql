-- The guard looks where others may put things.
-- rule: guard-function
ALTER FUNCTION guard.current_account() SET search_path = public, pg_catalog;
