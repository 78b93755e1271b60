-- Whoever subscribes gets every tenant's rows.
-- rule: replication
CREATE PUBLICATION everything FOR ALL TABLES;
