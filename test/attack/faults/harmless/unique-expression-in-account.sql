-- A unique expression that starts with the account.
CREATE UNIQUE INDEX ON tenant.users (account_id, lower(email)); CREATE UNIQUE INDEX ON tenant.documents (account_id, title) WHERE status = 'effective';
