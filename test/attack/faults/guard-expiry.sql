-- A context that was stolen once works for good.
-- rule: guard-function
DO $edit$ BEGIN
  EXECUTE replace(pg_get_functiondef('guard.current_account()'::regprocedure), $a$> transaction_timestamp()$a$, $b$> to_timestamp(0)$b$);
END $edit$;
