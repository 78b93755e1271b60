-- An operator makes himself any role.
-- rule: role-powers
ALTER ROLE azora_vendor_admin CREATEROLE;
