-- Support does what is billing's.
-- rule: definer-function
GRANT EXECUTE ON FUNCTION control.resume_account(uuid) TO azora_support;
