-- The restrictive policy narrows reading only: writing is open.
-- rule: policy-unbound
CREATE POLICY open ON tenant.documents USING (true);
CREATE POLICY narrow ON tenant.documents AS RESTRICTIVE FOR SELECT USING (account_id = guard.current_account());
