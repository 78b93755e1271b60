-- A condition that is never true leaves no line.
-- rule: audit-trigger
DROP TRIGGER guard_delete ON tenant.documents;
CREATE TRIGGER guard_delete AFTER DELETE ON tenant.documents FOR EACH STATEMENT WHEN (current_setting('app.audit', true) = 'on') EXECUTE FUNCTION guard.audit_write('f', 'account_id', '{id}', '{}');
ALTER TABLE tenant.documents ENABLE ALWAYS TRIGGER guard_delete;
