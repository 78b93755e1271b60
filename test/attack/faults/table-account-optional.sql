-- Rows without an account belong to nobody and are never purged.
-- rule: account-column
CREATE TABLE tenant.comments (account_id uuid REFERENCES control.accounts (id) ON DELETE CASCADE, id uuid NOT NULL, UNIQUE (account_id, id)); ALTER TABLE tenant.comments OWNER TO azora_owner;
