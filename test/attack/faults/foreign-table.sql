-- A table on another server has no policy, no key and no cascade.
-- rule: foreign-table
CREATE FOREIGN DATA WRAPPER fault_wrapper; CREATE SERVER fault_server FOREIGN DATA WRAPPER fault_wrapper; CREATE FOREIGN TABLE tenant.archive (account_id uuid NOT NULL, body text) SERVER fault_server; ALTER FOREIGN TABLE tenant.archive OWNER TO azora_owner;
