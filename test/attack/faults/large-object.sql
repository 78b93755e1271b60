-- A file in a large object belongs to no account and is never purged.
-- rule: large-objects
SELECT lo_from_bytea(0, 'secret');
