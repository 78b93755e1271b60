-- Every login of the cluster reads it.
-- rule: tenant-rights
GRANT SELECT ON tenant.documents TO PUBLIC;
