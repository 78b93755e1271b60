-- The application reads what operators did to all tenants.
-- rule: vendor-rights
GRANT SELECT ON control.admin_audit_log TO azora_runtime;
