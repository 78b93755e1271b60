-- The guard was told of another column than the account's.
-- rule: policy-unbound
UPDATE guard.protected_tables SET account_column = 'owner_id' WHERE table_id = 'tenant.documents'::regclass;
