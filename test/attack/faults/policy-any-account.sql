-- The account need only be among all accounts.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (account_id = ANY (ARRAY(SELECT id FROM control.accounts)));
