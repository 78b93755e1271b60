-- An exclusion constraint compares the rows of all tenants.
-- rule: key-across-accounts
ALTER TABLE tenant.batches ADD EXCLUDE USING btree (number WITH =);
