-- The key starts with one letter of the account, so tenants collide.
-- rule: key-across-accounts
CREATE UNIQUE INDEX ON tenant.documents (left(account_id::text, 1), number);
