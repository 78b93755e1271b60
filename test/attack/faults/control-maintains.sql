-- Operators lock and rewrite the tables of all tenants.
-- rule: role-reach
-- since: 17
GRANT pg_maintain TO azora_support;
