-- Lines are written into the account that another column names.
-- rule: audit-trigger
DROP TRIGGER guard_insert ON tenant.documents;
CREATE TRIGGER guard_insert AFTER INSERT ON tenant.documents REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION guard.audit_write('f', 'owner_id', '{id}', '{}');
ALTER TABLE tenant.documents ENABLE ALWAYS TRIGGER guard_insert;
