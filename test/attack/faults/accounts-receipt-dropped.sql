-- Accounts go without a receipt.
-- rule: vendor-triggers
DROP TRIGGER write_receipt ON control.accounts;
