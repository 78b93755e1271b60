-- A row in guard.purges opens the context of a suspended account.
-- rule: vendor-rights
GRANT INSERT ON guard.purges TO azora_runtime;
