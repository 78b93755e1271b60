-- The subselect asks for the account of the row itself.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (account_id = (SELECT a.id FROM control.accounts a WHERE a.id = documents.account_id));
