-- All triggers of a table are off at once.
-- rule: audit-trigger
ALTER TABLE tenant.users DISABLE TRIGGER USER;
