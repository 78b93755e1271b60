-- An open policy that a restrictive one narrows for everybody and everything.
DROP POLICY tenant_isolation ON tenant.documents; CREATE POLICY anybody ON tenant.documents USING (true); CREATE POLICY own ON tenant.documents AS RESTRICTIVE USING (account_id = (SELECT guard.current_account()));
