-- The account is a text that no key can tie to accounts.
-- rule: account-column
CREATE TABLE tenant.comments (account_id text NOT NULL, id uuid NOT NULL, PRIMARY KEY (account_id, id)); ALTER TABLE tenant.comments OWNER TO azora_owner;
