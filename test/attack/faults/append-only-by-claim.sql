-- A table was declared a log, so that its inserts need no line.
-- rule: audit-trigger
UPDATE guard.protected_tables SET append_only = true WHERE table_id = 'tenant.documents'::regclass; DROP TRIGGER guard_insert ON tenant.documents;
