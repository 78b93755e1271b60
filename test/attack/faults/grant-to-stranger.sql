-- A reporting login that belongs to no plane reads tenants' rows.
-- rule: tenant-rights
CREATE ROLE fault_reports LOGIN; GRANT SELECT ON tenant.documents TO fault_reports;
