-- A negated conjunction lets through whatever fails one part.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (NOT (account_id = guard.current_account() AND title IS NULL));
