-- A view of the tables' owner, for whom the forced policies hold too.
CREATE VIEW tenant.titles AS SELECT id, title FROM tenant.documents; ALTER VIEW tenant.titles OWNER TO azora_owner; GRANT SELECT ON tenant.titles TO azora_runtime;
