-- The owner of a function changes it.
-- rule: owns-nothing
CREATE FUNCTION public.fault_noop() RETURNS void LANGUAGE sql AS ''; ALTER FUNCTION public.fault_noop() OWNER TO azora_test_admin;
