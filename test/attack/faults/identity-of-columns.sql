-- Only an UPDATE that names the id is looked at.
-- rule: identity-trigger
DROP TRIGGER guard_identity ON tenant.documents;
CREATE TRIGGER guard_identity BEFORE UPDATE OF id ON tenant.documents FOR EACH ROW EXECUTE FUNCTION guard.keep_identity('account_id', '{id}');
ALTER TABLE tenant.documents ENABLE ALWAYS TRIGGER guard_identity;
