import type { Pool } from "pg";
import { type Check, failed, ok, warning } from "./check.js";

interface LoginFacts {
  readonly login: string;
  readonly is_mighty: boolean;
  readonly member_of: string[];
  readonly readable: number;
  readonly tables: number;
  /** Where the login may make objects: schemas, and `temporary objects`. */
  readonly makes_in: string[];
}

/**
 * Tables and views of the tenant plane: schema tenant, and every table elsewhere whose rows
 * belong to accounts. Read from the catalog's foreign keys, which any login can see. What the guard keeps for itself is
 * reached through its functions alone; `azora isolation:verify` sees to that.
 */
const TENANT_RELATIONS = `
  SELECT c.oid, c.relnamespace, c.relkind, c.relrowsecurity AND c.relforcerowsecurity AS is_forced
  FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm') AND (
    c.relnamespace = to_regnamespace('tenant') OR c.relnamespace NOT IN (to_regnamespace('control'), to_regnamespace('guard')) AND EXISTS (
      SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid = to_regclass('control.accounts')))`;

/** What a login is and what it reaches, from the catalog as the login itself sees it. */
const FACTS = `
  SELECT session_user AS login,
         r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication AS is_mighty,
         ARRAY(SELECT g.rolname::text FROM pg_roles g WHERE g.rolname <> session_user AND pg_has_role(session_user, g.oid, 'MEMBER') ORDER BY 1) AS member_of,
         (SELECT count(*)::int FROM (${TENANT_RELATIONS}) c
            WHERE has_schema_privilege(c.relnamespace, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')) AS readable,
         (SELECT count(*)::int FROM (${TENANT_RELATIONS}) c) AS tables,
         ARRAY(SELECT n.nspname::text FROM pg_namespace n WHERE has_schema_privilege(n.oid, 'CREATE') AND n.nspname !~ '^pg_(temp|toast)'
               UNION ALL SELECT 'temporary objects' WHERE has_database_privilege(current_database(), 'TEMP')) AS makes_in
  FROM pg_roles r WHERE r.rolname = session_user`;

/** The tenant plane's login: mighty in nothing, able to become nobody. */
export async function checkRuntimeRights(pool: Pool): Promise<Check> {
  const name = "tenant login's rights";
  const facts = await factsOf(pool);
  if (facts.is_mighty) {
    return failed(
      name,
      `${facts.login} is a superuser or passes by row security`,
      `ALTER ROLE ${facts.login} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION;`,
    );
  }
  if (facts.member_of.length > 0) {
    return failed(
      name,
      `${facts.login} can become ${facts.member_of.join(", ")}`,
      `REVOKE ${facts.member_of.join(", ")} FROM ${facts.login};`,
    );
  }
  if (facts.makes_in.length > 0) {
    const database = "REVOKE TEMP, CREATE ON DATABASE … FROM PUBLIC;";
    const schemas = "REVOKE CREATE ON SCHEMA … FROM PUBLIC;";
    return failed(
      name,
      `${facts.login} may make objects in: ${facts.makes_in.join(", ")}`,
      `As the database's owner: ${database} ${schemas}`,
    );
  }
  return ok(
    name,
    `${facts.login}: no superuser, no bypass, member of nothing, makes no objects, ${facts.tables} tables under row security`,
  );
}

/** The control plane's login: not one tenant table. */
export async function checkControlRights(pool: Pool): Promise<Check> {
  const name = "control login's rights";
  const facts = await factsOf(pool);
  if (facts.is_mighty) {
    return failed(
      name,
      `${facts.login} is a superuser or passes by row security`,
      "Use an operator's login: `azora init` makes one.",
    );
  }
  const strange = facts.member_of.filter((role) => !/^azora_(vendor_admin|billing|support)$/.test(role));
  if (strange.length > 0)
    return failed(name, `${facts.login} can become ${strange.join(", ")}`, `REVOKE ${strange.join(", ")} FROM ${facts.login};`);
  if (facts.readable > 0) {
    return failed(
      name,
      `${facts.login} can read ${facts.readable} of ${facts.tables} tenant tables`,
      "Run `SELECT guard.protect(…)` on them as the owner.",
    );
  }
  return ok(name, `${facts.login} (${facts.member_of.join(", ") || "no group"}): can read 0 of ${facts.tables} tenant tables`);
}

/** Every tenant table under forced row security. */
export async function checkRowSecurity(pool: Pool): Promise<Check> {
  const { rows } = await pool.query<{ name: string; is_forced: boolean }>(
    `SELECT c.relnamespace::regnamespace || '.' || quote_ident(t.relname) AS name, c.is_forced
     FROM (${TENANT_RELATIONS}) c JOIN pg_class t USING (oid) WHERE c.relkind IN ('r', 'p') ORDER BY 1`,
  );
  const open = rows.filter((row) => !row.is_forced).map(({ name }) => name);
  if (open.length === 0) return ok("row security", `forced on ${rows.length} of ${rows.length} tenant tables`);
  return failed(
    "row security",
    `not forced on ${open.join(", ")}`,
    open.map((table) => `SELECT guard.protect('${table}');`).join(" "),
  );
}

const SHARED = ["lo_get(oid)", "lo_from_bytea(oid, bytea)", "pg_cancel_backend(int)", "pg_terminate_backend(int, bigint)"];

/** What tenants share because they share a login; the migrations close it where a superuser runs them. */
export async function checkSharedFunctions(pool: Pool): Promise<Check> {
  const { rows } = await pool.query<{ name: string }>(
    "SELECT name FROM unnest($1::text[]) name WHERE has_function_privilege(session_user, 'pg_catalog.' || name, 'EXECUTE')",
    [SHARED],
  );
  const open = rows.map(({ name }) => name);
  if (open.length === 0) return ok("shared functions", "large objects and other sessions are out of the tenant login's reach");
  return warning(
    "shared functions",
    `the tenant login may execute ${open.join(", ")}`,
    `As a superuser: ${open.map((name) => `REVOKE EXECUTE ON FUNCTION pg_catalog.${name} FROM PUBLIC;`).join(" ")}`,
  );
}

async function factsOf(pool: Pool): Promise<LoginFacts> {
  const { rows } = await pool.query<LoginFacts>(FACTS);
  return rows[0] as LoginFacts;
}
