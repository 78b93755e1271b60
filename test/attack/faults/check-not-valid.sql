-- Log lines that name no row may be there.
-- rule: constraint-off
ALTER TABLE tenant.audit_log DROP CONSTRAINT audit_log_row_id_check,
  ADD CONSTRAINT audit_log_row_id_check CHECK (operation = 'read' OR row_id IS NOT NULL) NOT VALID;
