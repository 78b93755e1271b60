-- The condition forgets the account.
-- rule: identity-trigger
DROP TRIGGER guard_identity ON tenant.documents;
CREATE TRIGGER guard_identity BEFORE UPDATE ON tenant.documents FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION guard.keep_identity('account_id', '{id}');
ALTER TABLE tenant.documents ENABLE ALWAYS TRIGGER guard_identity;
