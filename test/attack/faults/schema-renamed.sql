-- The schema that is to be checked is empty: nothing was shown.
-- rule: account-column
ALTER SCHEMA tenant RENAME TO tenants;
