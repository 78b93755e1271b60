-- The account may change as long as the id stays.
-- rule: identity-trigger
DROP TRIGGER guard_identity ON tenant.documents;
CREATE TRIGGER guard_identity BEFORE UPDATE ON tenant.documents FOR EACH ROW WHEN (OLD.account_id IS DISTINCT FROM NEW.account_id AND OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION guard.keep_identity('account_id', '{id}');
ALTER TABLE tenant.documents ENABLE ALWAYS TRIGGER guard_identity;
