-- Inserts leave no line.
-- rule: audit-trigger
DROP TRIGGER guard_insert ON tenant.documents;
