-- A group in between hides the way to the owner.
-- rule: role-reach
CREATE ROLE fault_deploy NOLOGIN; GRANT azora_owner TO fault_deploy; GRANT fault_deploy TO azora_runtime;
