-- Without SET ROLE, but with all the owner's rights.
-- rule: role-reach
-- since: 16
GRANT azora_owner TO azora_runtime WITH INHERIT TRUE, SET FALSE;
