-- The state of a sequence tells how much all tenants write.
-- rule: sequence-rights
CREATE SEQUENCE tenant.numbers; ALTER SEQUENCE tenant.numbers OWNER TO azora_owner; GRANT USAGE, SELECT ON SEQUENCE tenant.numbers TO azora_runtime;
