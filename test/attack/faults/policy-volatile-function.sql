-- A volatile function in a policy is called with the rows of every tenant.
-- rule: policy-function
CREATE FUNCTION tenant.peek(value text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN RAISE NOTICE '%', value; RETURN true; END $$;
CREATE POLICY peeked ON tenant.documents AS RESTRICTIVE USING (tenant.peek(title));
