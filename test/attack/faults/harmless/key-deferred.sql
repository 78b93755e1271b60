-- A paired key that is checked at the end of the transaction.
ALTER TABLE tenant.documents ALTER CONSTRAINT documents_account_id_owner_id_fkey DEFERRABLE INITIALLY DEFERRED;
