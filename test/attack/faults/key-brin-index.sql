-- A BRIN index finds ranges of pages, not rows.
-- rule: foreign-key-index
DROP INDEX tenant.documents_account_id_owner_id_idx;
CREATE INDEX ON tenant.documents USING brin (account_id, owner_id);
