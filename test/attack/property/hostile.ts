import fc from "fast-check";
import { accountOf, markerOf, type RawSql } from "./program.js";
import type { Voice } from "./values.js";

/**
 * SQL of a tenant that wants out. Left out, each with its reason: what would change the
 * cluster for other tests (ALTER ROLE on the shared login), and what tells tenants of each
 * other's locks by PostgreSQL's nature (advisory locks on a common key, LOCK TABLE,
 * SERIALIZABLE transactions): no policy can close that, so answers do differ there.
 * So they do for the names of what azora itself has prepared on a session: prepared-names.test.ts.
 */
export function hostileStatements(voice: Voice): fc.Arbitrary<RawSql> {
  const door = fc.constantFrom("$queryRawUnsafe" as const, "$executeRawUnsafe" as const, "$queryRaw" as const);
  const compared = fc.constantFrom(...becoming(voice), ...dropping, ...leaving(voice), ...asking);
  const opaque = fc.constantFrom(...peeking);
  const statement = (sql: fc.Arbitrary<string>, hidden: boolean) =>
    fc.record({
      kind: fc.constant("raw" as const),
      door,
      sql,
      values: fc.constant([]),
      ...(hidden && { opaque: fc.constant(true) }),
    });
  return fc.oneof({ arbitrary: statement(compared, false), weight: 4 }, { arbitrary: statement(opaque, true), weight: 1 });
}

/** Becoming somebody else, or getting another tenant's context. */
function becoming({ tenant, tenants }: Voice): string[] {
  const [own, other] = [accountOf(tenant), accountOf((tenant + 1) % tenants)];
  const forged = `replace(current_setting('azora.context', true), '${own}', '${other}')`;
  const dead = `<expired token ${(tenant + 1) % tenants}>`;
  const strange = `<foreign token ${(tenant + 1) % tenants}>`;
  return [
    "SET ROLE azora_owner",
    "SET ROLE NONE",
    "SET SESSION AUTHORIZATION postgres",
    "SET SESSION AUTHORIZATION DEFAULT",
    "SET session_authorization = 'azora_owner'",
    "SET row_security = off",
    "SET session_replication_role = replica",
    "ALTER TABLE tenant.documents NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE tenant.documents DISABLE TRIGGER ALL",
    "TRUNCATE tenant.corrective_actions",
    "TRUNCATE tenant.user_roles, tenant.test_results",
    "TRUNCATE tenant.users CASCADE",
    "TRUNCATE ONLY tenant.audit_log",
    `SELECT guard.set_context(${forged})::text`,
    `SELECT set_config('azora.context', ${forged}, true) IS NOT NULL AS done`,
    `SELECT set_config('azora.context', ${forged}, false) IS NOT NULL AS done`,
    `SELECT guard.set_context('${dead}')::text`,
    `SET LOCAL azora.context = '${dead}'`,
    `SET azora.context = '${dead}'`,
    `SET SESSION azora.context TO '${strange}'`,
    `SELECT set_config('AZORA.Context', '${strange}', true) IS NOT NULL AS done`,
    `WITH s AS MATERIALIZED (SELECT set_config('azora.context', '${strange}', true)) SELECT title FROM s, tenant.documents ORDER BY 1`,
    `SELECT guard.enter('${other}', 'x')::text`,
    `SELECT guard.sign('test', 'x')`,
  ];
}

/** Getting rid of the own context, or ending the transaction that holds it. */
const dropping = [
  "RESET azora.context",
  "RESET ALL",
  "DISCARD ALL",
  "DISCARD PLANS",
  "SET azora.context = ''",
  "SET LOCAL azora.context = ''",
  "SET LOCAL azora.context TO DEFAULT",
  "SELECT set_config('azora.context', '', true) = '' AS done",
  "SELECT set_config('azora.context', '', false) = '' AS done",
  "SELECT guard.set_context('')::text",
  ...["documents", "users", "batches", "roles"].flatMap((table) => [
    `WITH written AS (UPDATE tenant.${table} SET id = id RETURNING id) SELECT guard.set_context('')::text, count(*)::int AS n FROM written`,
    `WITH gone AS (DELETE FROM tenant.${table} RETURNING id) SELECT set_config('azora.context', '', true), count(*)::int AS n FROM gone`,
  ]),
  "UPDATE pg_settings SET setting = '' WHERE name = 'azora.context'",
  "BEGIN",
  "COMMIT",
  "ROLLBACK",
  "COMMIT AND CHAIN",
  "ROLLBACK AND CHAIN",
  "SAVEPOINT s",
  "ROLLBACK TO SAVEPOINT s",
  "RELEASE SAVEPOINT s",
  "PREPARE TRANSACTION 'two'",
  "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
  "SET TRANSACTION READ ONLY",
  "SET default_transaction_read_only = on",
  "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
];

/** Leaving something on the session for whoever comes next. */
function leaving({ tenant }: Voice): string[] {
  const mark = markerOf(tenant);
  return [
    `PREPARE probe AS SELECT '${mark} text' AS secret`,
    "PREPARE titles AS SELECT title FROM tenant.documents ORDER BY 1",
    "DEALLOCATE ALL",
    "DECLARE held CURSOR WITH HOLD FOR SELECT title FROM tenant.documents ORDER BY 1",
    "DECLARE short CURSOR FOR SELECT title FROM tenant.documents ORDER BY 1",
    "CLOSE ALL",
    `SET app.note = '${mark} text'`,
    `SET application_name = '${mark} text'`,
    `SET search_path = tenant`,
    `SET TimeZone = 'Asia/Kolkata'`,
    `LISTEN ${mark.toLowerCase()}`,
    `NOTIFY ${mark.toLowerCase()}, '${mark} text'`,
    `CREATE TEMPORARY TABLE t AS SELECT title FROM tenant.documents`,
    `CREATE TABLE tenant.${mark.toLowerCase()} (id int)`,
    `SELECT lo_from_bytea(0, '${mark} text') > 0 AS done`,
    `SELECT pg_advisory_lock_shared(${tenant + 1}000)::text`,
    `SELECT pg_try_advisory_lock(${tenant + 1}001) AS taken`,
    "COPY tenant.documents FROM PROGRAM 'true'",
  ];
}

/** Looking for what somebody else may have left. */
const asking = [
  "EXECUTE probe",
  "EXECUTE titles",
  "FETCH ALL FROM held",
  "FETCH ALL FROM short",
  "SELECT name, statement FROM pg_prepared_statements WHERE from_sql ORDER BY 1",
  "SELECT name FROM pg_cursors WHERE is_holdable ORDER BY 1",
  // Empty and never set are one here: PostgreSQL has no way to forget that a session once knew a name.
  "SELECT coalesce(current_setting('app.note', true), '') AS note",
  "SELECT current_setting('application_name') AS name",
  "SELECT current_setting('search_path') AS path",
  "SELECT current_setting('TimeZone') AS zone",
  "SELECT current_setting('is_superuser') AS super, session_user::text, current_user::text",
  "SELECT coalesce(current_setting('azora.context', true), '') = '' AS none",
  "SELECT title FROM documents ORDER BY 1",
  "SELECT title FROM tenant.documents ORDER BY 1",
  "SELECT count(*)::int AS n FROM tenant.users",
  "SELECT (SELECT count(*)::int FROM tenant.documents) AS n, guard.current_account() AS account",
  "SELECT pg_listening_channels() AS channel",
  "TABLE tenant.roles LIMIT 0",
  "DO $$ DECLARE seen text; BEGIN SELECT string_agg(title, ',' ORDER BY title) INTO seen FROM tenant.documents; RAISE EXCEPTION '%', seen; END $$",
  "SELECT rolpassword FROM pg_authid",
  "SELECT encode(inner_pad, 'hex') FROM guard.context_keys",
  "SELECT action FROM control.admin_audit_log",
];

/** Statements whose answers nobody can foretell. */
const peeking = [
  "EXPLAIN (ANALYZE, VERBOSE) SELECT title FROM tenant.documents",
  "EXPLAIN (FORMAT JSON) DELETE FROM tenant.documents",
  "SELECT query, application_name, state FROM pg_stat_activity",
  "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE schemaname = 'tenant'",
  "SELECT relname::text, reltuples::int FROM pg_class WHERE relnamespace = 'tenant'::regnamespace",
  "SELECT locktype, mode FROM pg_locks",
  "SELECT name, setting FROM pg_settings",
  "SELECT setconfig::text FROM pg_db_role_setting",
  "SELECT pg_backend_pid() AS pid",
  "COPY (SELECT title FROM tenant.documents) TO STDOUT",
  "SELECT loid::int FROM pg_largeobject",
];
