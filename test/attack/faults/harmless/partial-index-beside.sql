-- A partial index beside the whole one.
CREATE INDEX ON tenant.documents (account_id, owner_id) WHERE status = 'draft';
