-- A row moves to another tenant.
-- rule: identity-trigger
DROP TRIGGER guard_identity ON tenant.documents;
