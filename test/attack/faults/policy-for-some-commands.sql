-- Writing has no policy: the rights are there, the rule is not.
-- rule: policy-missing
DROP POLICY tenant_isolation ON tenant.documents; CREATE POLICY reading ON tenant.documents FOR SELECT USING (account_id = guard.current_account());
