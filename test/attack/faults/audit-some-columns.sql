-- Only changes of the title leave a line.
-- rule: audit-trigger
DROP TRIGGER guard_update ON tenant.documents;
CREATE TRIGGER guard_update AFTER UPDATE OF title ON tenant.documents FOR EACH STATEMENT EXECUTE FUNCTION guard.audit_write('f', 'account_id', '{id}', '{}');
ALTER TABLE tenant.documents ENABLE ALWAYS TRIGGER guard_update;
