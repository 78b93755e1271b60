-- Every row has an account, so every row passes.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (account_id IS NOT NULL);
