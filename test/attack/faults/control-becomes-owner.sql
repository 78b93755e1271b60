-- Every operator becomes the owner.
-- rule: role-reach
GRANT azora_owner TO azora_support;
