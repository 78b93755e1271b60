-- The owner of accounts sees all of them, and so does the view.
-- rule: view-past-policies
CREATE VIEW tenant.customers AS SELECT id, name FROM control.accounts; ALTER VIEW tenant.customers OWNER TO azora_owner; GRANT SELECT ON tenant.customers TO azora_runtime;
