-- The index leaves rows out, so the purge can't use it.
-- rule: foreign-key-index
DROP INDEX tenant.documents_account_id_owner_id_idx;
CREATE INDEX ON tenant.documents (account_id, owner_id) WHERE status = 'draft';
