-- A document in JSON, and a text that is called id.
ALTER TABLE tenant.documents ADD COLUMN payload jsonb, ADD COLUMN external_id text, ADD COLUMN tags text[];
