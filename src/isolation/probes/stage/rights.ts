import type { Identity } from "./identity.js";
import { literal } from "./sql.js";
import type { Stage } from "./stage.js";

/** What a role may do with one table, by PostgreSQL's own reckoning: memberships and PUBLIC included. */
export interface TableRights {
  readonly usage: boolean;
  readonly delete: boolean;
  /** Columns, bare. */
  readonly select: readonly string[];
  readonly insert: readonly string[];
  readonly update: readonly string[];
}

export type Rights = ReadonlyMap<string, TableRights>;

/** A role's rights on all tenant tables of a stage. */
export async function readRights({ session, tables }: Stage, { role }: Identity): Promise<Rights> {
  if (tables.length === 0) return new Map();
  const who = literal(role);
  const allowed = (right: string) =>
    `to_jsonb(ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       AND has_column_privilege(${who}, c.oid, a.attnum, '${right}') ORDER BY a.attnum)) AS ${right.toLowerCase()}`;
  const rows = await session.look<TableRights & { readonly name: string }>(`
    SELECT t.name, has_schema_privilege(${who}, c.relnamespace, 'USAGE') AS usage, has_table_privilege(${who}, c.oid, 'DELETE') AS delete,
      ${["SELECT", "INSERT", "UPDATE"].map(allowed).join(", ")}
    FROM unnest(ARRAY[${tables.map(({ name }) => literal(name)).join(", ")}]) t(name) JOIN pg_class c ON c.oid = t.name::regclass`);
  return new Map(rows.map(({ name, ...rights }) => [name, rights]));
}

/** Whether the role has any right at all to do this. */
export function mayAtAll(rights: TableRights | undefined, command: "select" | "insert" | "update" | "delete"): boolean {
  if (!rights?.usage) return false;
  return command === "delete" ? rights.delete : rights[command].length > 0;
}
