-- Every tenant may delete the rows of all.
-- rule: policy-unbound
CREATE POLICY cleanup ON tenant.batches FOR DELETE USING (true);
