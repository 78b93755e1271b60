-- A view that respects policies is still nothing for operators.
-- rule: tenant-rights
CREATE VIEW tenant.titles WITH (security_invoker = true) AS SELECT title FROM tenant.documents; ALTER VIEW tenant.titles OWNER TO azora_owner; GRANT SELECT ON tenant.titles TO azora_support;
