-- Operators read the verifiers of every login.
-- rule: system-rights
GRANT SELECT (rolname, rolpassword) ON pg_catalog.pg_authid TO azora_support;
