-- A purge reads the whole table once for each user.
-- rule: foreign-key-index
DROP INDEX tenant.documents_account_id_owner_id_idx;
