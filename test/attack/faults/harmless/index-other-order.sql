-- An index that covers a key in another order of its columns.
DROP INDEX tenant.documents_account_id_owner_id_idx; CREATE INDEX ON tenant.documents (owner_id, account_id, created_at);
