-- TRUNCATE … CASCADE takes the rows of every tenant.
-- rule: truncate-trigger
DROP TRIGGER guard_truncate ON tenant.documents;
