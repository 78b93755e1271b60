-- The view reads as a superuser, past the policies.
-- rule: view-past-policies
CREATE VIEW tenant.all_documents AS SELECT * FROM tenant.documents; GRANT SELECT ON tenant.all_documents TO azora_runtime;
