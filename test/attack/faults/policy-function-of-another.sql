-- The role that owns the function can change what the policy means.
-- rule: policy-function
CREATE ROLE fault_author NOLOGIN; GRANT CREATE, USAGE ON SCHEMA tenant TO fault_author;
CREATE FUNCTION tenant.allowed() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'; ALTER FUNCTION tenant.allowed() OWNER TO fault_author;
REVOKE CREATE, USAGE ON SCHEMA tenant FROM fault_author;
CREATE POLICY allowed ON tenant.documents AS RESTRICTIVE USING (tenant.allowed());
