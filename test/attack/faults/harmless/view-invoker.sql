-- A view that asks with its reader's rights.
CREATE VIEW tenant.titles WITH (security_invoker = true) AS SELECT id, title FROM tenant.documents; ALTER VIEW tenant.titles OWNER TO azora_owner; GRANT SELECT ON tenant.titles TO azora_runtime;
