-- An operator enters a tenant's context.
-- rule: guard-execute
GRANT EXECUTE ON FUNCTION guard.enter(uuid, text) TO azora_support;
