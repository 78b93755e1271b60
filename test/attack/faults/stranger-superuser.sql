-- A superuser that nobody knows.
-- rule: administrators
CREATE ROLE fault_root LOGIN SUPERUSER;
