-- A table of the vendor's stops the purge.
-- rule: account-key
ALTER TABLE control.subscriptions DROP CONSTRAINT subscriptions_account_id_fkey,
  ADD FOREIGN KEY (account_id) REFERENCES control.accounts (id) ON DELETE RESTRICT;
