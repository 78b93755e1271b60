-- Whoever is let into a role of PostgreSQL's own reads tenants' rows.
-- rule: tenant-rights
GRANT SELECT ON tenant.documents TO pg_monitor;
