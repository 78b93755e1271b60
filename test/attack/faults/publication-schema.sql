-- Whoever subscribes gets every table that will ever be in the schema.
-- rule: replication
CREATE PUBLICATION tenants FOR TABLES IN SCHEMA tenant;
