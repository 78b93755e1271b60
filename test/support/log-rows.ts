import type { Lines } from "../../src/database/wire/copy-out.js";

/** Whoever can run SQL: a pool or one of its connections. */
interface Sql {
  query(sql: string, values: unknown[]): Promise<unknown>;
}

/** Writes a line into a tenant's log, as the database's owner can. */
export async function writeLine(sql: Sql, accountId: string, rowId: string, values: object = {}): Promise<void> {
  await sql.query(
    `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
     VALUES ($1, 'writer', 'create', 'documents', $2, $3)`,
    [accountId, rowId, JSON.stringify(values)],
  );
}

/** Everything that an export hands over, as text. */
export async function textOf(lines: AsyncIterable<Lines>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const { text } of lines) chunks.push(text);
  return Buffer.concat(chunks).toString();
}

/** What was followed, held against what there is: what is missing, what came twice, what isn't there at all. */
export function compareRows(found: readonly string[], written: readonly string[]): string[] {
  const count = (rows: readonly string[], row: string) => rows.filter((each) => each === row).length;
  return [
    ...written.filter((row) => count(found, row) === 0).map((row) => `${row} is missing`),
    ...[...new Set(found)].filter((row) => count(found, row) > 1).map((row) => `${row} came ${count(found, row)} times`),
    ...found.filter((row) => !written.includes(row)).map((row) => `${row} was never written`),
  ];
}
