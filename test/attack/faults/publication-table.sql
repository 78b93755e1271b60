-- Whoever subscribes gets every tenant's rows.
-- rule: replication
CREATE PUBLICATION documents_only FOR TABLE tenant.documents;
