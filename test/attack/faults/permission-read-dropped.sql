-- A user reads a table that none of its roles lets it read.
-- rule: permission-policy
DROP POLICY permission_read ON tenant.documents;
