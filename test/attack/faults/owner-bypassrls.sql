-- Every definer function of the owner passes by the policies.
-- rule: role-powers
ALTER ROLE azora_owner BYPASSRLS;
