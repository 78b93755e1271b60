-- The key says CASCADE and the trigger behind it does nothing.
-- rule: account-key
UPDATE pg_trigger SET tgfoid = 'pg_catalog."RI_FKey_noaction_del"'::regproc WHERE tgconstraint = (SELECT oid FROM pg_constraint WHERE conname = 'documents_account_id_fkey') AND tgtype & 8 <> 0;
