-- The restrictive policy that should narrow the open one is for another role.
-- rule: policy-unbound
CREATE POLICY open ON tenant.documents USING (true);
CREATE POLICY narrow ON tenant.documents AS RESTRICTIVE TO azora_owner USING (account_id = guard.current_account());
