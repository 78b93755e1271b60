-- The wrong column is compared: rows are chosen by their owner, not by their account.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (owner_id = guard.current_account());
