-- A forged context is as good as a signed one.
-- rule: guard-function
DO $edit$ BEGIN
  EXECUTE replace(pg_get_functiondef('guard.current_account()'::regprocedure), $a$WHEN left(token, 65) =$a$, $b$WHEN true OR left(token, 65) =$b$);
END $edit$;
