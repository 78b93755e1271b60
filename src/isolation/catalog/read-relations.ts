import type { ClientBase } from "pg";
import { callsOf, WITH_CARRIERS } from "./calls.js";
import type { ProtectedTable, Relation } from "./catalog.js";
import { extensionOf, grantsOrDefault, isUserSchema, readsOf } from "./sql.js";

/** A relation without its parts, which are read for all relations at once. */
export type BareRelation = Omit<Relation, "columns" | "constraints" | "indexes" | "policies" | "triggers" | "rules">;

/** What a view's rule depends on; the view itself is among it. */
const ofRule = (pieces: (oid: string) => string) =>
  `CASE WHEN c.relkind IN ('v', 'm') THEN coalesce((SELECT ${pieces("r.oid")} FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename = '_RETURN'), '[]') ELSE '[]' END`;

/** What runs when a row of a table is written, compared or counted: defaults, constraints, indexes, types, statistics, partition keys. */
const PARTS = `
  SELECT 'pg_class'::regclass AS class, c.oid AS id
  UNION ALL SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid = c.oid
  UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid = c.oid
  UNION ALL SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid = c.oid
  UNION ALL SELECT 'pg_statistic_ext'::regclass, oid FROM pg_statistic_ext WHERE stxrelid = c.oid`;

const CALLS = `CASE WHEN c.relkind IN ('r', 'p', 'f') THEN ${callsOf(PARTS)}
  ELSE ${ofRule((oid) => callsOf(`SELECT 'pg_rewrite'::regclass AS class, ${oid} AS id`))} END`;

/** Tables that a sequence belongs to or that have a default which draws from it. */
const FILLS = `
  CASE WHEN c.relkind = 'S' THEN (SELECT coalesce(json_agg(DISTINCT f.t::regclass::text), '[]') FROM (
    SELECT d.refobjid AS t FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    UNION SELECT a.adrelid FROM pg_depend d JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid) f) ELSE '[]' END`;

const RELATIONS = `
  ${WITH_CARRIERS}
  SELECT c.oid, c.oid::regclass::text AS name, n.nspname AS schema, c.relname AS relation, pg_get_userbyid(c.relowner) AS owner,
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
      WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' ELSE 'other' END AS kind,
    CASE WHEN c.relkind = 'S' THEN ${grantsOrDefault("c.relacl", "s", "c.relowner")} ELSE ${grantsOrDefault("c.relacl", "r", "c.relowner")} END AS grants,
    ${extensionOf("pg_class", "c.oid")} AS extension,
    c.relrowsecurity AS "rowSecurity", c.relforcerowsecurity AS "forceRowSecurity", c.relispartition AS "isPartition",
    c.relpersistence = 'u' AS "isUnlogged", coalesce(to_json(c.reloptions), '[]') AS options,
    (SELECT coalesce(json_agg(h.inhparent::regclass::text), '[]') FROM pg_inherits h WHERE h.inhrelid = c.oid) AS parents,
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
    ${ofRule((oid) => readsOf("pg_rewrite", oid, "c.oid"))} AS reads, ${CALLS} AS calls, ${FILLS} AS fills
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind NOT IN ('i', 'I', 't', 'c') AND ${isUserSchema("n.nspname")}
  ORDER BY c.oid::regclass::text COLLATE "C"`;

export async function readRelations(client: ClientBase): Promise<BareRelation[]> {
  return (await client.query<BareRelation>(RELATIONS)).rows;
}

/** What the guard knows; nothing where there is none or where it isn't ours to read. */
export async function readProtectedTables(client: ClientBase): Promise<ProtectedTable[]> {
  const { rows } = await client.query<{ readable: boolean }>(
    "SELECT coalesce(has_table_privilege(to_regclass('guard.protected_tables'), 'SELECT') AND has_schema_privilege(to_regnamespace('guard'), 'USAGE'), false) AS readable",
  );
  if (!rows[0]?.readable) return [];
  const found = await client.query<ProtectedTable>(`
    SELECT p.table_id::text AS table, p.account_column AS "accountColumn", p.append_only AS "appendOnly"
    FROM guard.protected_tables p JOIN pg_class c ON c.oid = p.table_id ORDER BY p.table_id::text COLLATE "C"`);
  return found.rows;
}
