-- Whoever may grant a role can grant it to himself.
-- rule: role-reach
-- since: 16
GRANT azora_owner TO azora_runtime WITH ADMIN OPTION; REVOKE INHERIT OPTION FOR azora_owner FROM azora_runtime; REVOKE SET OPTION FOR azora_owner FROM azora_runtime;
