-- The check runs with the caller's rights, and fails or is fooled.
-- rule: guard-function
ALTER FUNCTION guard.read_context() SECURITY INVOKER;
