-- The application has none of the owner's rights until it asks for them.
-- rule: role-reach
-- since: 16
GRANT azora_owner TO azora_runtime WITH INHERIT FALSE, SET TRUE;
