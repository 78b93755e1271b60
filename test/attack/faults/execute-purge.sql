-- The application purges accounts.
-- rule: definer-function
GRANT EXECUTE ON FUNCTION control.purge_account(uuid, text, boolean) TO azora_runtime;
