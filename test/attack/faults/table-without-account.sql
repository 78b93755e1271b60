-- A table of customers' data that says nowhere whose it is.
-- rule: account-column
CREATE TABLE tenant.comments (id uuid PRIMARY KEY, body text); ALTER TABLE tenant.comments OWNER TO azora_owner; GRANT SELECT, INSERT ON tenant.comments TO azora_runtime;
