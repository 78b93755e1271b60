-- Somebody sets the counter of the admin log back.
-- rule: vendor-rights
GRANT UPDATE ON SEQUENCE control.admin_audit_log_id_seq TO azora_billing;
