-- Lines of the log can be changed.
-- rule: audit-trigger
DROP TRIGGER guard_update ON tenant.audit_log;
