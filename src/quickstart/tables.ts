import { createHash } from "node:crypto";
import type { Fingerprint } from "./result.js";
import type { Sql } from "./stage.js";

/** A table or view of schema tenant, as the catalog has it (not as azora's own list has it). */
export interface TenantTable {
  /** Quoted where needed: `tenant.documents`. */
  readonly name: string;
  readonly columns: readonly string[];
}

const RELATIONS = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name,
         array_agg(quote_ident(a.attname) ORDER BY a.attnum)::text[] AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE n.nspname = 'tenant' AND c.relkind = ANY ($1::"char"[])
  GROUP BY 1 ORDER BY 1`;

/** Every table that holds rows of tenants. */
export async function tenantTables(owner: Sql): Promise<TenantTable[]> {
  return (await owner.query<TenantTable & object>(RELATIONS, [["r", "p"]])).rows;
}

/** Whatever can be selected from: tables, views, materialised views, foreign tables. */
export async function tenantRelations(owner: Sql): Promise<TenantTable[]> {
  return (await owner.query<TenantTable & object>(RELATIONS, [["r", "p", "v", "m", "f"]])).rows;
}

/** Rows by table; of one account, or of all. */
export async function countRows(owner: Sql, tables: readonly TenantTable[], accountId?: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    const { name } = table;
    // A table that belongs to no account is found out by the figures; an account has no rows there.
    const where = accountId === undefined ? "" : hasAccount(table) ? "WHERE account_id = $1" : "WHERE false";
    const { rows } = await owner.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${name} ${where}`,
      where.includes("$1") ? [accountId] : [],
    );
    counts.set(name, Number(rows[0]?.rows));
  }
  return counts;
}

export function hasAccount({ columns }: TenantTable): boolean {
  return columns.includes("account_id");
}

export function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}

/** One hash over every column of every row that an account has. */
export async function fingerprint(owner: Sql, tables: readonly TenantTable[], accountId: string): Promise<Fingerprint> {
  const hash = createHash("sha256");
  let total = 0;
  for (const { name } of tables.filter(hasAccount)) {
    const { rows } = await owner.query<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${name} t WHERE t.account_id = $1 ORDER BY t.id`,
      [accountId],
    );
    for (const { row } of rows) hash.update(`${name} ${row}\n`);
    total += rows.length;
  }
  return { rows: total, sha256: hash.digest("hex") };
}
