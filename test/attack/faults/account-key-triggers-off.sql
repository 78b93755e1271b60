-- The cascade is done by triggers of the accounts table, and they are off.
-- rule: account-key
ALTER TABLE control.accounts DISABLE TRIGGER ALL;
