-- A session without a context sees all rows.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (CASE WHEN guard.current_account() IS NULL THEN true ELSE account_id = guard.current_account() END);
