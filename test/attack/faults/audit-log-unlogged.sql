-- A crash of the server empties the audit log.
-- rule: unlogged
ALTER TABLE tenant.audit_log SET UNLOGGED;
