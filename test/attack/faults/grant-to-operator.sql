-- One operator reads what the group may not.
-- rule: tenant-rights
GRANT SELECT ON tenant.users TO azora_test_support;
