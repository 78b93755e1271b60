-- The function has the right name in another schema and believes a setting.
-- rule: policy-unbound
CREATE FUNCTION tenant.current_account() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_setting('app.account', true)::uuid $$;
ALTER POLICY tenant_isolation ON tenant.users USING (account_id = tenant.current_account()) WITH CHECK (account_id = tenant.current_account());
