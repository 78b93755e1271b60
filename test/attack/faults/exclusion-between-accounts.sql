-- The constraint starts with the account and excludes what other accounts have.
-- rule: key-across-accounts
-- server: PGlite has no btree_gist
CREATE EXTENSION btree_gist;
ALTER TABLE tenant.batches ADD EXCLUDE USING gist (account_id WITH <>, number WITH =);
