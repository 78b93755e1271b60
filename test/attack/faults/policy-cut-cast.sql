-- A cast with a length cuts the id, so accounts that begin alike are the same.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (account_id::varchar(4) = guard.current_account()::varchar(4));
