-- The application signs contexts itself.
-- rule: guard-execute
GRANT EXECUTE ON FUNCTION guard.sign(text, text) TO azora_runtime;
