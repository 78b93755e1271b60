-- A period's key points at another tenant's row.
-- rule: foreign-key-unpaired
-- since: 18
-- server: PGlite has btree_gist as a separate import
CREATE EXTENSION btree_gist;
CREATE TABLE tenant.rooms (account_id uuid NOT NULL REFERENCES control.accounts (id) ON DELETE CASCADE, id uuid NOT NULL, valid daterange NOT NULL, UNIQUE (id, valid WITHOUT OVERLAPS));
CREATE TABLE tenant.stays (account_id uuid NOT NULL REFERENCES control.accounts (id) ON DELETE CASCADE, room_id uuid NOT NULL, valid daterange NOT NULL,
  FOREIGN KEY (room_id, PERIOD valid) REFERENCES tenant.rooms (id, PERIOD valid));
ALTER TABLE tenant.rooms OWNER TO azora_owner; ALTER TABLE tenant.stays OWNER TO azora_owner;
