-- A policy for everybody is for the application too.
-- rule: accounts-policy
CREATE POLICY public_names ON control.accounts FOR SELECT USING (status = 'active');
