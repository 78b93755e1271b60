-- A second policy that is always true is ORed with the first: every tenant reads all documents.
-- rule: policy-unbound
CREATE POLICY extra ON tenant.documents USING (true);
