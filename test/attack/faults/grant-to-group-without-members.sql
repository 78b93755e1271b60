-- A group that nobody is in yet has rights on tenants' rows.
-- rule: tenant-rights
CREATE ROLE fault_analysts NOLOGIN; GRANT SELECT (number) ON tenant.documents TO fault_analysts;
