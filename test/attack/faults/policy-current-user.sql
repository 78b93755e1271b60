-- All tenants share the login that the policy asks for.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (current_user = 'azora_runtime');
