-- A table without an account waits for its first right.
-- rule: account-column
CREATE TABLE tenant.comments (id uuid PRIMARY KEY, body text); ALTER TABLE tenant.comments OWNER TO azora_owner;
