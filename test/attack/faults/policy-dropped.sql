-- Row security is on and no policy is left: whoever mends it in a hurry opens it.
-- rule: policy-missing
DROP POLICY tenant_isolation ON tenant.documents;
