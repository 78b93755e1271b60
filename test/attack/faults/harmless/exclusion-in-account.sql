-- An exclusion constraint within the account.
ALTER TABLE tenant.batches ADD EXCLUDE USING btree (account_id WITH =, product WITH =, number WITH =);
