import type { ClientBase } from "pg";
import type { Column, Constraint, Index } from "./catalog.js";
import { columnNames, extensionOf, grants, isUserSchema } from "./sql.js";

/** A part of a relation, with the relation's oid. */
export type Piece<T> = T & { readonly relation: number };

const COLUMNS = `
  SELECT a.attrelid AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
    pg_get_expr(f.adbin, f.adrelid) AS default, a.attgenerated <> '' AS generated,
    CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
    CASE WHEN a.attacl IS NULL THEN '[]'::json ELSE ${grants("a.attacl")} END AS grants
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  JOIN pg_namespace n ON n.oid = c.relnamespace AND ${isUserSchema("n.nspname")}
  LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
  WHERE NOT a.attisdropped AND (a.attnum > 0 OR a.attacl IS NOT NULL)
  ORDER BY a.attrelid, a.attnum`;

export async function readColumns(client: ClientBase): Promise<Piece<Column>[]> {
  return (await client.query<Piece<Column>>(COLUMNS)).rows;
}

const ACTION = (
  letter: string,
) => `CASE WHEN k.contype = 'f' THEN CASE ${letter} WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
  WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END END`;

/**
 * A key that references has its work done by four triggers of PostgreSQL's own; one that is off, or another's, enforces
 * nothing. A partition's key shares its parent's.
 */
const CONSTRAINTS = (enforced: string) => `
  SELECT k.conrelid AS relation, k.conname AS name, pg_get_constraintdef(k.oid) AS definition, k.convalidated AS validated,
    ${enforced} AS enforced, k.condeferrable AS deferrable,
    CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion' WHEN 'f' THEN 'foreign key'
      WHEN 'c' THEN 'check' WHEN 'n' THEN 'not null' WHEN 't' THEN 'trigger' ELSE 'other' END AS kind,
    ${columnNames("k.conrelid", "k.conkey")} AS columns,
    CASE WHEN k.confrelid <> 0 THEN k.confrelid::regclass::text END AS references,
    ${columnNames("k.confrelid", "k.confkey")} AS "referencedColumns",
    ${ACTION("k.confdeltype")} AS "onDelete", ${ACTION("k.confupdtype")} AS "onUpdate",
k.contype <> 'f' OR coalesce(t.on_and_right AND (t.count = 4 OR k.conparentid <> 0), false) AS "triggersOn"
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace AND ${isUserSchema("n.nspname")}
  LEFT JOIN (
    SELECT f.oid, count(*) AS count, bool_and(t.tgenabled IN ('O', 'A') AND (
      t.tgtype & 8 = 0 OR t.tgfoid::regproc::text = '"RI_FKey_' || CASE f.confdeltype WHEN 'a' THEN 'noaction' WHEN 'r' THEN 'restrict'
        WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'setnull' ELSE 'setdefault' END || '_del"')) AS on_and_right
    FROM pg_constraint f JOIN pg_trigger t ON t.tgconstraint = f.oid WHERE f.contype = 'f' GROUP BY f.oid) t ON t.oid = k.oid
  ORDER BY k.conrelid, k.conname COLLATE "C"`;

export async function readConstraints(client: ClientBase, version: number): Promise<Piece<Constraint>[]> {
  return (await client.query<Piece<Constraint>>(CONSTRAINTS(version >= 180000 ? "k.conenforced" : "true"))).rows;
}

const OWN_CLASSES = `(SELECT coalesce(json_agg(DISTINCT format('%I.%I', m.nspname, o.opcname)), '[]')
  FROM unnest(i.indclass::oid[]) k(id) JOIN pg_opclass o ON o.oid = k.id AND o.oid >= 16384 JOIN pg_namespace m ON m.oid = o.opcnamespace
  WHERE ${extensionOf("pg_opclass", "o.oid")} IS NULL)`;

const INDEXES = `
  SELECT i.indrelid AS relation, i.indexrelid::regclass::text AS name, i.indisunique AS unique, i.indisexclusion AS exclusion,
    i.indisprimary AS primary, i.indisvalid AND i.indisready AND i.indislive AS valid, pg_get_expr(i.indpred, i.indrelid) AS predicate,
    pg_get_indexdef(i.indexrelid) AS definition, ${OWN_CLASSES} AS "ownClasses",
    ${columnNames("i.indrelid", "(i.indkey::smallint[])[0:i.indnkeyatts - 1]")} AS columns
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace AND ${isUserSchema("n.nspname")}
  ORDER BY i.indrelid, i.indexrelid::regclass::text COLLATE "C"`;

export async function readIndexes(client: ClientBase): Promise<Piece<Index>[]> {
  return (await client.query<Piece<Index>>(INDEXES)).rows;
}
