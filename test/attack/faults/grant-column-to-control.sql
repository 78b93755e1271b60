-- One column is enough: operators read titles.
-- rule: tenant-rights
GRANT SELECT (title) ON tenant.documents TO azora_billing;
