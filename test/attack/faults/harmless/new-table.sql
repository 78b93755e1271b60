-- A new table that the guard has protected.
CREATE TABLE tenant.notes (account_id uuid NOT NULL DEFAULT guard.current_account() REFERENCES control.accounts (id) ON DELETE CASCADE, id uuid NOT NULL DEFAULT guard.uuid7(), body text, PRIMARY KEY (account_id, id));
ALTER TABLE tenant.notes OWNER TO azora_owner;
SELECT guard.protect('tenant.notes');
