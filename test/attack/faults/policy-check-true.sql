-- Rows can be written into every tenant: the check was made true.
-- rule: policy-unbound
ALTER POLICY tenant_isolation ON tenant.documents WITH CHECK (true);
