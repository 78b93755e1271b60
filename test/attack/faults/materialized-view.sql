-- A materialized view has no row security.
-- rule: materialized-view
CREATE MATERIALIZED VIEW tenant.dashboard AS SELECT * FROM tenant.documents; GRANT SELECT ON tenant.dashboard TO azora_runtime;
