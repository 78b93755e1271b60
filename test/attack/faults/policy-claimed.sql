-- The account is taken from the token without looking at its signature.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (account_id = guard.claimed_account());
