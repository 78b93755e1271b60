-- The application becomes the owner by SET ROLE.
-- rule: role-reach
GRANT azora_owner TO azora_runtime;
