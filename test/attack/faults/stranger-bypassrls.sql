-- A role that nobody knows passes by every policy.
-- rule: administrators
CREATE ROLE fault_backup LOGIN BYPASSRLS;
