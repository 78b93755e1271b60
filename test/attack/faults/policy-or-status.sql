-- Effective documents of every tenant are readable.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (account_id = guard.current_account() OR status = 'effective');
