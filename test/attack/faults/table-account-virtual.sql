-- The account is computed whenever it is read.
-- rule: account-column
-- since: 18
CREATE TABLE tenant.comments (owner uuid NOT NULL, account_id uuid GENERATED ALWAYS AS (owner) VIRTUAL NOT NULL, id uuid PRIMARY KEY); ALTER TABLE tenant.comments OWNER TO azora_owner;
