-- What the function in the policy calls depends on the session's search_path.
-- rule: policy-function
CREATE FUNCTION tenant.is_shown(status text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN is_public(status); END $$;
CREATE POLICY shown ON tenant.documents AS RESTRICTIVE USING (tenant.is_shown(status::text));
