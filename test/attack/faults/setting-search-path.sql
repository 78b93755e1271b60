-- Names are looked for where anybody may make objects.
-- rule: settings
GRANT CREATE ON SCHEMA public TO azora_test_support; ALTER ROLE azora_runtime SET search_path = public, tenant;
