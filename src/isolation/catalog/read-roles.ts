import type { ClientBase } from "pg";
import type { Membership, Role, Schema } from "./catalog.js";
import { grantsOrDefault, isUserSchema } from "./sql.js";

const ROLES = `
  SELECT r.rolname AS name, r.rolcanlogin AS login, r.rolsuper AS superuser, r.rolbypassrls AS "bypassRls", r.rolcreaterole AS "createRole",
    r.rolcreatedb AS "createDb", r.rolreplication AS replication, r.rolinherit AS inherit, r.oid < 16384 AS "builtIn",
    (SELECT coalesce(json_agg(s ORDER BY s), '[]') FROM pg_db_role_setting d, unnest(d.setconfig) s
     WHERE d.setrole = r.oid AND d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) AS settings
  FROM pg_roles r ORDER BY r.rolname COLLATE "C"`;

export async function readRoles(client: ClientBase): Promise<Role[]> {
  return (await client.query<Role>(ROLES)).rows;
}

/** The database's owner is a member of pg_database_owner, though no row says so. */
const MEMBERSHIPS = (inherit: string, set: string) => `
  SELECT r.rolname AS role, m.rolname AS member, bool_or(a.admin_option) AS admin, bool_or(${inherit}) AS inherit, bool_or(${set}) AS set,
    to_json(array_agg(DISTINCT pg_get_userbyid(a.grantor)::text)) AS grantors
  FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member GROUP BY 1, 2
  UNION ALL
  SELECT 'pg_database_owner', pg_get_userbyid(datdba), false, true, true, '[]' FROM pg_database WHERE datname = current_database()
  ORDER BY 1, 2`;

export async function readMemberships(client: ClientBase, version: number): Promise<Membership[]> {
  const sql = version >= 160000 ? MEMBERSHIPS("a.inherit_option", "a.set_option") : MEMBERSHIPS("m.rolinherit", "true");
  return (await client.query<Membership>(sql)).rows;
}

const SCHEMAS = `
  SELECT n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner, ${grantsOrDefault("n.nspacl", "n", "n.nspowner")} AS grants
  FROM pg_namespace n WHERE ${isUserSchema("n.nspname")} OR n.nspname IN ('pg_catalog', 'information_schema') ORDER BY n.nspname COLLATE "C"`;

export async function readSchemas(client: ClientBase): Promise<Schema[]> {
  return (await client.query<Schema>(SCHEMAS)).rows;
}
