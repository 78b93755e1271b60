-- The key is there and the triggers behind it are gone.
-- rule: account-key
DELETE FROM pg_trigger WHERE tgconstraint = (SELECT oid FROM pg_constraint WHERE conname = 'documents_account_id_fkey') AND tgtype & 8 <> 0;
