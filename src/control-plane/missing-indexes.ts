import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";

/** A foreign key on a purge's way whose rows are found by reading the whole table. */
export interface MissingIndex {
  readonly table: string;
  readonly foreignKey: string;
  readonly columns: readonly string[];
  /** The statement that makes the index while the table is in use. */
  readonly fix: string;
}

/**
 * Foreign keys that lead to the accounts, over however many tables, and have no index on their side: each row
 * deleted at their other end reads the whole table. Only the catalog is read.
 * @throws AzoraError NOT_PERMITTED
 */
export async function findMissingIndexes(connection: ControlConnection): Promise<readonly MissingIndex[]> {
  const rows = await attempt(
    connection,
    { action: "tenant.purge" },
    () =>
      connection.client.$queryRaw<{ table: string; foreign_key: string; columns: string[] }[]>`
      WITH RECURSIVE way AS (
        SELECT 'control.accounts'::regclass::oid AS id
        UNION
        SELECT k.conrelid FROM pg_constraint k JOIN way ON way.id = k.confrelid WHERE k.contype = 'f'
      )
      SELECT format('%I.%I', c.relnamespace::regnamespace::name, c.relname) AS "table", k.conname::text AS foreign_key,
        (SELECT array_agg(a.attname::text ORDER BY n.position) FROM unnest(k.conkey) WITH ORDINALITY n(key, position)
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.key) AS columns
      FROM pg_constraint k JOIN way ON way.id = k.confrelid JOIN pg_class c ON c.oid = k.conrelid
      WHERE k.contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL AND i.indisvalid
          AND (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey)
      ORDER BY 1, 2`,
  );
  return rows.map(({ table, foreign_key: foreignKey, columns }) => {
    const list = columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(", ");
    return { table, foreignKey, columns, fix: `CREATE INDEX CONCURRENTLY ON ${table} (${list});` };
  });
}
