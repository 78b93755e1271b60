-- A duplicate error tells that another tenant has a batch of that number.
-- rule: key-across-accounts
ALTER TABLE tenant.batches ADD UNIQUE (number);
