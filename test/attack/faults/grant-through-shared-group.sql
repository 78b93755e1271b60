-- A login that isn't the application is in the application's group.
-- rule: tenant-rights
CREATE ROLE fault_group NOLOGIN; CREATE ROLE fault_other LOGIN; GRANT fault_group TO azora_runtime, fault_other;
GRANT SELECT ON tenant.documents TO fault_group;
