-- The most common values of every tenant's columns stand in pg_statistic.
-- rule: system-rights
GRANT SELECT ON pg_catalog.pg_statistic TO azora_runtime;
