-- A lookup table of uuids that all tenants read and none writes, exempted with a reason.
-- exempt: table tenant.countries: countries are the same for everybody
CREATE TABLE tenant.countries (id uuid PRIMARY KEY, name text UNIQUE); ALTER TABLE tenant.countries OWNER TO azora_owner; GRANT SELECT ON tenant.countries TO azora_runtime;
ALTER TABLE tenant.documents ADD COLUMN country_id uuid REFERENCES tenant.countries (id);
