-- Every tenant lists all other customers.
-- rule: accounts-policy
ALTER POLICY own_account ON control.accounts USING (true);
