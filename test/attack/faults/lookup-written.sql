-- A lookup table was exempted as nobody's, and tenants write to it.
-- rule: shared-table
-- exempt: table tenant.countries: countries are the same for everybody
CREATE TABLE tenant.countries (id uuid PRIMARY KEY, name text); ALTER TABLE tenant.countries OWNER TO azora_owner; GRANT SELECT, INSERT ON tenant.countries TO azora_runtime;
