-- The sides of the comparison are swapped, with casts that keep accounts different.
ALTER POLICY tenant_isolation ON tenant.documents USING (guard.current_account()::text = account_id::text) WITH CHECK ((SELECT guard.current_account()) = account_id);
