-- Functions and views of the owner pass by the policies.
-- rule: row-security
ALTER TABLE tenant.test_results NO FORCE ROW LEVEL SECURITY;
