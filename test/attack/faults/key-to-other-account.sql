-- A second reference to accounts ties a row to a neighbour, and tells that the neighbour exists.
-- rule: foreign-key-unpaired
ALTER TABLE tenant.documents ADD COLUMN shared_with uuid REFERENCES control.accounts (id) ON DELETE CASCADE;
CREATE INDEX ON tenant.documents (shared_with);
