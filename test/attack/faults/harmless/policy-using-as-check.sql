-- A policy without WITH CHECK, whose USING serves.
DROP POLICY tenant_isolation ON tenant.documents; CREATE POLICY tenant_isolation ON tenant.documents USING (account_id = (SELECT guard.current_account()));
