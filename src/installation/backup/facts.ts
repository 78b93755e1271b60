import type { PoolClient } from "pg";
import { tableFigures } from "./figures.js";
import type { Manifest } from "./manifest.js";

/** What a manifest says of the database itself. */
export type DatabaseFacts = Pick<Manifest, "database" | "server" | "schemaFingerprint" | "tables" | "roles" | "grants">;

const OWN_ROLES = "('azora_owner', 'azora_runtime', 'azora_support', 'azora_billing', 'azora_vendor_admin', 'azora_registrar')";

/** Roles that something in this database belongs to or is granted to; the first superuser isn't in the list. */
const ROLES = `
  SELECT DISTINCT r.rolname::text AS name FROM pg_catalog.pg_shdepend d JOIN pg_catalog.pg_roles r ON r.oid = d.refobjid
  JOIN pg_catalog.pg_database db ON db.datname = current_database()
  WHERE d.refclassid = 'pg_catalog.pg_authid'::regclass AND d.deptype <> 'i' AND r.rolname NOT IN ${OWN_ROLES} AND r.rolname !~ '^pg_'
    AND (d.dbid = db.oid OR d.classid = 'pg_catalog.pg_database'::regclass AND d.objid = db.oid) ORDER BY 1`;

const GRANTS = `
  SELECT r.rolname::text AS role, a.privilege_type AS privilege
  FROM pg_catalog.pg_database db, aclexplode(db.datacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
  WHERE db.datname = current_database() AND a.grantee <> db.datdba AND r.rolname NOT IN ${OWN_ROLES} ORDER BY 1, 2`;

/** Reads them in the transaction that the client is in: of one moment. */
export async function databaseFacts(client: PoolClient, without: readonly string[]): Promise<DatabaseFacts> {
  const { rows } = await client.query<{ database: string; server: number; fingerprint: string }>(
    `SELECT current_database()::text AS database, current_setting('server_version_num')::int / 10000 AS server,
       control.schema_fingerprint() AS fingerprint`,
  );
  const { database = "", server = 0, fingerprint = "" } = rows[0] ?? {};
  const roles = await client.query<{ name: string }>(ROLES);
  const grants = await client.query<{ role: string; privilege: string }>(GRANTS);
  return {
    database,
    server,
    schemaFingerprint: fingerprint,
    roles: roles.rows.map(({ name }) => name),
    grants: grants.rows,
    tables: await tableFigures(client, without),
  };
}
