-- A session in replica mode leaves no line.
-- rule: audit-trigger
ALTER TABLE tenant.documents ENABLE TRIGGER guard_delete;
