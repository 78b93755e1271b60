-- A crash of the server empties the receipts of purges.
-- rule: unlogged
ALTER TABLE control.receipt_addenda SET UNLOGGED;
ALTER TABLE control.purge_receipts SET UNLOGGED;
