-- Somebody logs in as the owner of everything.
-- rule: role-powers
ALTER ROLE azora_owner LOGIN;
