-- A session starts as somebody else.
-- rule: settings
ALTER ROLE azora_test_admin SET role = azora_billing;
