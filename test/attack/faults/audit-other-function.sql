-- The trigger has the right name and does nothing.
-- rule: audit-trigger
CREATE FUNCTION public.audit_write() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
DROP TRIGGER guard_insert ON tenant.documents;
CREATE TRIGGER guard_insert AFTER INSERT ON tenant.documents FOR EACH STATEMENT EXECUTE FUNCTION public.audit_write('f', 'account_id', '{id}', '{}');
ALTER TABLE tenant.documents ENABLE ALWAYS TRIGGER guard_insert;
