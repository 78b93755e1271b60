import type { PoolClient } from "pg";
import type { ColumnShape, TableShape } from "../../archive/manifest.js";
import type { Engine } from "../../database/engine.js";
import { CopyOut, type Lines } from "../../database/wire/copy-out.js";

/** So that a value's text is the same whatever login and server write it, and has all its digits. */
export const TEXT_SETTINGS: readonly string[] = [
  "SET LOCAL datestyle = 'ISO, YMD'",
  "SET LOCAL timezone = 'UTC'",
  "SET LOCAL intervalstyle = 'postgres'",
  "SET LOCAL extra_float_digits = 1",
  "SET LOCAL bytea_output = 'hex'",
  "SET LOCAL lc_monetary = 'C'",
  "SET LOCAL xmloption = 'content'",
];

/** The embedded engine would hold the whole answer of a COPY in memory. */
const EMBEDDED_PAGE = 1000;

/**
 * Reads a tenant's rows of one table in the order of its key, each as a line of JSON: an object with every value as the
 * text that PostgreSQL has for it. That comes back exactly, whatever the type; as JSON's own numbers and arrays
 * it would not (JSON null in a jsonb column, an array's bounds, the digits of a number in most readers).
 */
export function tableLines(
  client: PoolClient,
  kind: Engine["kind"],
  { table, accountId }: { readonly table: TableShape; readonly accountId: string },
): AsyncIterable<Lines> {
  const query = rowsOf(table, accountId);
  if (kind === "embedded") return fetchLines(client, query);
  // JSON has no raw control characters, so nothing is ever quoted or escaped, as it would be in COPY's own text format.
  return client.query(new CopyOut(`COPY (${query}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')`));
}

function rowsOf({ name, accountColumn, partitioned, key, columns }: TableShape, accountId: string): string {
  const list = columns.map((column) => `${textOf(column)} AS ${quote(column.name)}`).join(", ");
  const order = key.map((column) => `t.${quote(column)}`).join(", ");
  // Row security says the same; this is for whoever routes by it.
  return `SELECT row_to_json(r) FROM (SELECT ${list} FROM ${partitioned ? "" : "ONLY "}${name} t WHERE t.${quote(accountColumn)} = '${accountId}' ORDER BY ${order}) r`;
}

/** What JSON writes as its own text anyway: a cast would cost time, and take the last blanks of a character(n). */
const PLAIN = /^(uuid|bpchar|character( ?\(.*)?)$/;

function textOf({ name, type }: ColumnShape): string {
  return PLAIN.test(type) ? `t.${quote(name)}` : `t.${quote(name)}::text`;
}

async function* fetchLines(client: PoolClient, query: string): AsyncGenerator<Lines> {
  await client.query(`DECLARE azora_export NO SCROLL CURSOR FOR SELECT q.row_to_json::text AS line FROM (${query}) q`);
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`FETCH ${EMBEDDED_PAGE} FROM azora_export`);
    if (rows.length > 0) yield { text: Buffer.from(rows.map(({ line }) => `${line}\n`).join(""), "utf8"), count: rows.length };
    if (rows.length < EMBEDDED_PAGE) break;
  }
  await client.query("CLOSE azora_export");
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
