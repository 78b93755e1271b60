-- Every account that exists passes, not the asking one.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (EXISTS (SELECT FROM control.accounts a WHERE a.id = account_id));
