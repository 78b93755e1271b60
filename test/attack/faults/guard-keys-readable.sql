-- Whoever has the keys signs the context of any tenant.
-- rule: vendor-rights
GRANT SELECT ON guard.context_keys TO azora_support;
