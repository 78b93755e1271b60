-- A crash of the server empties the receipts of purges.
-- rule: unlogged
ALTER TABLE control.purge_receipts SET UNLOGGED;
