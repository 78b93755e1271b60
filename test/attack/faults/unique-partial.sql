-- Among effective documents the number is unique across tenants.
-- rule: key-across-accounts
CREATE UNIQUE INDEX ON tenant.documents (number) WHERE status = 'effective';
