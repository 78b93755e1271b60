-- The owner of a table switches off its row security.
-- rule: owns-nothing
ALTER TABLE tenant.documents OWNER TO azora_runtime;
