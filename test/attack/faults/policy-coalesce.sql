-- Without a context the comparison is null, and null was made to mean yes.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (coalesce(account_id = guard.current_account(), true));
