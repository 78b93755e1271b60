-- Any difference is one that nobody has reviewed.
-- rule: guard-function
DO $edit$ BEGIN
  EXECUTE replace(pg_get_functiondef('guard.audit_write()'::regprocedure), $a$RETURN NULL;$a$, $b$RETURN  NULL;$b$);
END $edit$;
