-- The policy was changed in the catalog by hand.
-- rule: policy-unbound
UPDATE pg_policy SET polqual = (SELECT polqual FROM pg_policy WHERE polname = 'control_plane') WHERE polrelid = 'tenant.documents'::regclass;
