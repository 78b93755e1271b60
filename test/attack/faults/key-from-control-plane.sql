-- An operator's row holds on to a tenant's row and stops its purge.
-- rule: foreign-key-unpaired
ALTER TABLE control.subscriptions ADD COLUMN contact_id uuid;
ALTER TABLE control.subscriptions ADD FOREIGN KEY (account_id, contact_id) REFERENCES tenant.users (account_id, id);
