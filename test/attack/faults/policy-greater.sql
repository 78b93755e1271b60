-- Every account that sorts after the asking one is readable.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (account_id >= guard.current_account());
