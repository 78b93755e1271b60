-- The support group reads tenants' documents.
-- rule: tenant-rights
GRANT SELECT ON tenant.documents TO azora_support;
