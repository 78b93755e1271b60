-- The account is carried along in the index and not part of the key.
-- rule: key-across-accounts
CREATE UNIQUE INDEX ON tenant.documents (number) INCLUDE (account_id);
