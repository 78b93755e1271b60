-- A tenant's consent to be read by support never ends.
-- rule: guard-function
DO $edit$ BEGIN
  EXECUTE replace(pg_get_functiondef('control.require_support_grant(uuid,regclass,uuid)'::regprocedure), 'AND g.expires_at > clock_timestamp()', '');
END $edit$;
