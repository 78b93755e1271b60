import type { BreakageKind, Ground } from "./breakage.js";

const whereGuarded = (statements: (ground: Ground) => readonly string[]) => (ground: Ground) =>
  ground.guard ? statements(ground) : null;

/** As the function is, with another body; owner, rights and the SECURITY DEFINER stay. */
function trusting(body: string): string {
  return `CREATE OR REPLACE FUNCTION guard.current_account() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog COST 1000 AS $broken$ ${body} $broken$`;
}

const CLAIMED = "split_part(nullif(current_setting('azora.context', true), ''), '.', 4)";

/** azora's context and log. */
export const GUARD_BREAKAGES: readonly BreakageKind[] = [
  {
    name: "a context that is believed without its signature",
    rules: ["guard-function"],
    probes: ["forged-context", "expired-context", "injected-context", "suspended-account"],
    breakWith: whereGuarded(() => [trusting(`BEGIN RETURN nullif(${CLAIMED}, '')::uuid; END`)]),
  },
  {
    name: "a suspension that nobody asks for",
    rules: ["guard-function"],
    probes: ["suspended-account", "expired-context"],
    breakWith: whereGuarded(() => [
      trusting(`DECLARE token text := current_setting('azora.context', true); BEGIN
        IF token IS NULL OR token = '' THEN RETURN NULL; END IF;
        IF token IS DISTINCT FROM guard.sign(split_part(token, '.', 2), substr(token, 66)) || '.' || substr(token, 66) THEN
          RAISE EXCEPTION USING ERRCODE = 'AZ001', MESSAGE = 'not signed'; END IF;
        RETURN split_part(token, '.', 4)::uuid; END`),
    ]),
  },
  {
    name: "keys that the application may read",
    rules: ["vendor-rights"],
    probes: ["sign-context"],
    breakWith: whereGuarded(({ runtime }) => [`GRANT SELECT ON guard.context_keys TO ${runtime}`]),
  },
  {
    name: "contexts that the application may make",
    rules: ["guard-execute"],
    probes: ["sign-context"],
    breakWith: whereGuarded(({ runtime }) => [
      `GRANT EXECUTE ON FUNCTION guard.enter(uuid, text), guard.sign(text, text) TO ${runtime}`,
      `GRANT SELECT ON guard.context_keys TO ${runtime}`,
    ]),
  },
  {
    name: "rows that are read without a permission",
    rules: ["permission-policy"],
    probes: ["without-permission"],
    breakWith: whereGuarded(({ table }) => [`DROP POLICY permission_read ON ${table.name}`]),
  },
  {
    name: "a write that asks for no permission",
    rules: ["permission-policy"],
    probes: ["without-permission"],
    breakWith: whereGuarded(({ table }) => [`ALTER TABLE ${table.name} DISABLE TRIGGER permission_update`]),
  },
  {
    name: "a delete that asks for no permission",
    rules: ["permission-policy"],
    probes: ["without-permission"],
    breakWith: whereGuarded(({ table }) => [`ALTER TABLE ${table.name} DISABLE TRIGGER permission_delete`]),
  },
  {
    name: "cascades that ask for no permission",
    rules: ["permission-policy"],
    // What it lets through takes two tables and a key of the application's; test/attack does it on azora's own.
    probes: [],
    breakWith: whereGuarded(({ table }) => [`ALTER TABLE ${table.name} DISABLE TRIGGER permission_cascade`]),
  },
  {
    name: "permissions that everybody is said to hold",
    rules: ["guard-function"],
    probes: ["without-permission"],
    breakWith: whereGuarded(() => [
      `CREATE OR REPLACE FUNCTION guard.holds(permission text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
        SECURITY DEFINER SET search_path = pg_catalog COST 1000 AS $broken$ BEGIN RETURN true; END $broken$`,
    ]),
  },
  {
    name: "roles that anybody hands on",
    rules: ["access-trigger"],
    probes: ["hand-on-permission"],
    breakWith: whereGuarded(() => ["ALTER TABLE tenant.user_roles DISABLE TRIGGER access_given"]),
  },
  {
    name: "a window for support that never closes",
    rules: ["guard-function"],
    probes: ["support-without-consent"],
    breakWith: whereGuarded(() => [
      `DO $edit$ BEGIN EXECUTE replace(pg_get_functiondef('control.require_support_grant(uuid,regclass,uuid)'::regprocedure),
        'AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp()', ''); END $edit$`,
    ]),
  },
  {
    name: "rows that support gets before the logs have them",
    rules: ["guard-function"],
    probes: ["support-without-consent"],
    breakWith: whereGuarded(() => [
      `DO $edit$ BEGIN EXECUTE replace(pg_get_functiondef('control.require_support_read(uuid,boolean)'::regprocedure),
        'OR coalesce(asked.found_in, asked.asked_in) = pg_current_xact_id()', ''); END $edit$`,
    ]),
  },
  {
    name: "a log without its triggers",
    rules: ["audit-trigger"],
    probes: ["write-is-logged"],
    breakWith: whereGuarded(({ table, scene }) =>
      scene.target.audit ? [`ALTER TABLE ${table.name} DISABLE TRIGGER guard_insert`] : [],
    ),
  },
  {
    name: "a log whose lines carry no hash",
    rules: ["audit-hash"],
    probes: [],
    breakWith: whereGuarded(({ scene }) => (scene.target.audit ? ["ALTER TABLE tenant.audit_log DISABLE TRIGGER row_hash"] : [])),
  },
  {
    name: "a log that may be rewritten",
    rules: ["audit-trigger", "identity-trigger"],
    probes: ["log-only-grows"],
    breakWith: whereGuarded(() => ["ALTER TABLE tenant.audit_log DISABLE TRIGGER USER"]),
  },
];
