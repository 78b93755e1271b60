-- Accounts whose ids begin alike read each other.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (left(account_id::text, 4) = left(guard.current_account()::text, 4));
