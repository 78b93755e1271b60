-- Four policies, one for each command, each bound.
DROP POLICY tenant_isolation ON tenant.documents;
CREATE POLICY reading ON tenant.documents FOR SELECT USING (account_id = guard.current_account());
CREATE POLICY adding ON tenant.documents FOR INSERT WITH CHECK (account_id = guard.current_account());
CREATE POLICY changing ON tenant.documents FOR UPDATE USING (account_id = guard.current_account());
CREATE POLICY removing ON tenant.documents FOR DELETE USING (account_id = guard.current_account());
