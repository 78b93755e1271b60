-- An index whose building was interrupted finds nothing.
-- rule: foreign-key-index
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tenant.documents_account_id_owner_id_idx'::regclass;
