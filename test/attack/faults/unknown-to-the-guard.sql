-- A purge doesn't look whether rows are left in this table.
-- rule: guard-protects
DELETE FROM guard.protected_tables WHERE table_id = 'tenant.documents'::regclass;
