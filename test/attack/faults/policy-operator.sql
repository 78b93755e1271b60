-- The operator only looks like equality.
-- rule: policy-unbound
CREATE FUNCTION tenant.equal(uuid, uuid) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR tenant.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = tenant.equal);
CREATE POLICY extra ON tenant.documents USING (account_id OPERATOR(tenant.=) guard.current_account());
