-- The column is compared with itself.
-- rule: policy-unbound
ALTER POLICY tenant_isolation ON tenant.documents USING (account_id = account_id);
