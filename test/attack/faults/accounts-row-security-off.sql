-- Every tenant lists all other customers.
-- rule: accounts-policy
ALTER TABLE control.accounts DISABLE ROW LEVEL SECURITY;
