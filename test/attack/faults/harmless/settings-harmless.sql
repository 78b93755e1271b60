-- Settings that change time and form, not rights.
ALTER ROLE azora_runtime SET statement_timeout = '10s'; ALTER ROLE azora_runtime SET search_path = tenant; ALTER ROLE azora_test_admin SET timezone = 'UTC';
