-- An operator copies the cluster.
-- rule: role-powers
ALTER ROLE azora_test_support REPLICATION;
