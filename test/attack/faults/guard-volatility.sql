-- The planner keeps one tenant's answer for the next.
-- rule: guard-function
ALTER FUNCTION guard.current_account() IMMUTABLE;
