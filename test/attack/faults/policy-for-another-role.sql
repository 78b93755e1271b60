-- The policy is for a role that the application is not.
-- rule: policy-missing
DROP POLICY tenant_isolation ON tenant.documents; CREATE POLICY reading ON tenant.documents TO azora_support USING (account_id = guard.current_account());
