-- A key over time within the account.
-- since: 18
-- server: PGlite has no btree_gist
CREATE EXTENSION btree_gist;
CREATE TABLE tenant.bookings (
  account_id uuid NOT NULL REFERENCES control.accounts (id) ON DELETE CASCADE, id uuid NOT NULL, valid tstzrange NOT NULL,
  PRIMARY KEY (account_id, id, valid WITHOUT OVERLAPS));
CREATE INDEX ON tenant.bookings (account_id);
ALTER TABLE tenant.bookings OWNER TO azora_owner;
SELECT guard.protect('tenant.bookings');
