-- The wanted comparison stands in a string, where it does nothing.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (title <> '(account_id = guard.current_account()) AND ');
