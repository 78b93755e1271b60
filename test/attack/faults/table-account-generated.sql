-- The account is computed from what the tenant writes.
-- rule: account-column
CREATE TABLE tenant.comments (owner uuid NOT NULL, account_id uuid GENERATED ALWAYS AS (owner) STORED NOT NULL, id uuid, PRIMARY KEY (account_id, id)); ALTER TABLE tenant.comments OWNER TO azora_owner;
