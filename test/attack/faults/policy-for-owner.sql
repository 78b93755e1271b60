-- What runs as the owner, definer functions among it, sees every tenant.
-- rule: policy-unbound
CREATE POLICY maintenance ON tenant.documents TO azora_owner USING (true);
