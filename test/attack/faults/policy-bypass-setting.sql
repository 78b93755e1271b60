-- One SET opens every tenant.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (account_id = guard.current_account() OR current_setting('app.bypass', true) = 'on');
