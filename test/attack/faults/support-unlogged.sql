-- Rows are read before their lines in the logs are there to stay, and a rollback takes those back.
-- rule: guard-function
DO $edit$ BEGIN
  EXECUTE replace(pg_get_functiondef('control.require_support_read(uuid,boolean)'::regprocedure), 'OR coalesce(asked.found_in, asked.asked_in) = pg_current_xact_id()', '');
END $edit$;
