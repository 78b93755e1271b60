-- An update may give a row away to another tenant.
-- rule: policy-unbound
CREATE POLICY transfer ON tenant.documents FOR UPDATE USING (account_id = guard.current_account()) WITH CHECK (account_id IS NOT NULL);
