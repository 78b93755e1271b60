import type { PoolClient } from "pg";

/** What is compared of a table: it says nothing of the rows. */
export interface TableFigures {
  readonly name: string;
  readonly rows: number;
  /** The same for the same rows in any order: both halves of each row's SHA-256, summed up. */
  readonly fingerprint: string;
}

/** How values are written down must not depend on who asks. */
const PLAIN = [
  "SET LOCAL search_path = ''",
  "SET LOCAL timezone = 'UTC'",
  "SET LOCAL datestyle = 'ISO'",
  "SET LOCAL intervalstyle = 'postgres'",
  "SET LOCAL extra_float_digits = 1",
  "SET LOCAL bytea_output = 'hex'",
  "SET LOCAL row_security = off",
].join("; ");

/** Every table whose rows a dump holds; an extension's are its own. */
const TABLES = `
  SELECT c.oid::regclass::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'e')
  ORDER BY 1`;

/** Where the keys that sign contexts lie. */
export const KEY_TABLE = "guard.context_keys";

/**
 * Counts and hashes all rows of a database, in the transaction that the client is in.
 * @param without tables that are left out
 */
export async function tableFigures(client: PoolClient, without: readonly string[]): Promise<TableFigures[]> {
  await client.query(PLAIN);
  const { rows } = await client.query<{ name: string }>(TABLES);
  const figures: TableFigures[] = [];
  for (const { name } of rows) {
    if (without.includes(name)) continue;
    const { rows: found } = await client.query<{ rows: string; fingerprint: string }>(
      `SELECT count(*)::text AS rows, coalesce(sum(${half(1)}), 0) || ':' || coalesce(sum(${half(17)}), 0) AS fingerprint
       FROM (SELECT encode(sha256(convert_to(t::text, 'UTF8')), 'hex') AS hash FROM ${name} t OFFSET 0) hashes`,
    );
    figures.push({ name, rows: Number(found[0]?.rows), fingerprint: found[0]?.fingerprint ?? "" });
  }
  return figures;
}

function half(from: number): string {
  return `('x' || substr(hash, ${from}, 16))::bit(64)::bigint::numeric`;
}

/** The tables that differ between two databases, with what is different. */
export function differences(expected: readonly TableFigures[], found: readonly TableFigures[]): readonly string[] {
  const names = new Set([...expected, ...found].map(({ name }) => name));
  return [...names].sort().flatMap((name) => {
    const one = expected.find((table) => table.name === name);
    const other = found.find((table) => table.name === name);
    if (!one || !other) return [`${name}: ${one ? "missing" : "not in the backup"}`];
    if (one.rows !== other.rows) return [`${name}: ${other.rows} rows, not ${one.rows}`];
    return one.fingerprint === other.fingerprint ? [] : [`${name}: ${one.rows} rows, but not the same`];
  });
}
