-- Everybody who connects may suspend accounts.
-- rule: definer-function
GRANT EXECUTE ON FUNCTION control.suspend_account(uuid, text, boolean) TO PUBLIC;
