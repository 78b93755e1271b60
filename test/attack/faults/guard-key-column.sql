-- One pad of the key is enough to begin with.
-- rule: vendor-rights
GRANT SELECT (inner_pad) ON guard.context_keys TO azora_runtime;
