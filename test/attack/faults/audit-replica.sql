-- Deletes leave a line in replication only.
-- rule: audit-trigger
ALTER TABLE tenant.documents ENABLE REPLICA TRIGGER guard_delete;
