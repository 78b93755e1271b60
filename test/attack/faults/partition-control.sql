-- Operators read the partition instead of the table.
-- rule: tenant-rights
CREATE TABLE tenant.events (account_id uuid NOT NULL DEFAULT guard.current_account() REFERENCES control.accounts (id) ON DELETE CASCADE, id uuid NOT NULL DEFAULT guard.uuid7(), at date NOT NULL, PRIMARY KEY (account_id, id, at)) PARTITION BY RANGE (at);
CREATE TABLE tenant.events_old PARTITION OF tenant.events DEFAULT;
ALTER TABLE tenant.events OWNER TO azora_owner; ALTER TABLE tenant.events_old OWNER TO azora_owner;
SELECT guard.protect('tenant.events');
GRANT SELECT ON tenant.events_old TO azora_support;
