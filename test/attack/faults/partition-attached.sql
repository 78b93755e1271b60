-- A table with a policy of its own becomes a part, and keeps the policy.
-- rule: policy-unbound
CREATE TABLE tenant.events (account_id uuid NOT NULL DEFAULT guard.current_account() REFERENCES control.accounts (id) ON DELETE CASCADE, id uuid NOT NULL DEFAULT guard.uuid7(), at date NOT NULL, PRIMARY KEY (account_id, id, at)) PARTITION BY RANGE (at);
CREATE TABLE tenant.events_old (account_id uuid NOT NULL, id uuid NOT NULL, at date NOT NULL); ALTER TABLE tenant.events_old ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY old ON tenant.events_old USING (at < '2020-01-01');
ALTER TABLE tenant.events OWNER TO azora_owner; ALTER TABLE tenant.events_old OWNER TO azora_owner; GRANT SELECT ON tenant.events_old TO azora_runtime;
SELECT guard.protect('tenant.events');
ALTER TABLE tenant.events ATTACH PARTITION tenant.events_old FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
