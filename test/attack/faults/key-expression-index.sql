-- The index is over text, the key over uuid.
-- rule: foreign-key-index
DROP INDEX tenant.documents_account_id_owner_id_idx;
CREATE INDEX ON tenant.documents (account_id, (owner_id::text));
