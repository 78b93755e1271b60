-- An operator's login is the application's too.
-- rule: planes-apart
GRANT azora_runtime TO azora_test_admin;
