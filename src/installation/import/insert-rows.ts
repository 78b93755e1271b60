import type { PoolClient } from "pg";
import { checkLines, toArray } from "../../archive/lines.js";
import type { Part, TableShape } from "../../archive/manifest.js";
import { flawIn, type OpenArchive } from "../../archive/open-archive.js";
import { sqlState } from "../../database/sql-errors.js";
import { AzoraError } from "../../errors.js";

export interface InsertOptions {
  readonly file: string;
  readonly archive: OpenArchive;
  /** The account here. */
  readonly accountId: string;
  /** Tables as they are here, by name. */
  readonly shapes: ReadonlyMap<string, TableShape>;
  /** Told which table rows come in to, how many are there by then, and of how many. */
  readonly onRows: (table: string, rows: number, total: number) => void;
}

/** Rows that are ready to be inserted. */
interface Loaded {
  readonly shape: TableShape;
  readonly part: Part;
  readonly rows: Buffer;
}

/**
 * Inserts every row of an archive, a part a statement, while the next one is unpacked and looked at.
 * @throws AzoraError INVALID_INPUT naming the part, and the line where it is a line's fault
 */
export async function insertRows(client: PoolClient, { file, archive, accountId, shapes, onRows }: InsertOptions): Promise<void> {
  const { tables, account } = archive.manifest;
  const waiting = tables.flatMap(({ name, parts }) => parts.map((part) => ({ shape: shapes.get(name) as TableShape, part })));
  const statements = new Map([...shapes.values()].map((shape) => [shape, insertInto(shape)]));
  let total = 0;
  let next = load(0);
  for (let at = 0; at < waiting.length; ) {
    const { shape, part, rows } = (await next) as Loaded;
    next = load(++at);
    // Whoever waits for it hears of it; until then it is nobody's.
    next.catch(() => undefined);
    const { rowCount } = await insert(statements.get(shape) ?? "", rows, part);
    if (rowCount !== part.rows) throw flawIn(file, part.path, new RangeError(`${rowCount} rows came in of ${part.rows}`));
    total += part.rows;
    onRows(shape.name, total, archive.manifest.rows);
  }

  async function load(at: number): Promise<Loaded | undefined> {
    const wanted = waiting[at];
    if (!wanted) return undefined;
    const { shape, part } = wanted;
    const text = await archive.read(part);
    try {
      const { columns, accountColumn } = shape;
      const lines = checkLines(text, { columns, accountColumn, accountId: account.id });
      if (lines !== part.rows) throw new RangeError(`it has ${lines} lines for ${part.rows} rows`);
    } catch (error) {
      throw flawIn(file, part.path, error);
    }
    return { shape, part, rows: toArray(text) };
  }

  async function insert(statement: string, rows: Buffer, part: Part): Promise<{ readonly rowCount: number | null }> {
    try {
      return await client.query(statement, [rows, accountId]);
    } catch (error) {
      // Class 22: a value that isn't one; class 23: a constraint.
      if (!/^2[23]/.test(sqlState(error) ?? "")) throw error;
      throw new AzoraError("INVALID_INPUT", `${part.path} in ${file} has rows that don't fit: ${(error as Error).message}.`, {
        hint: "Nothing was changed. Compare what checks both installations have on that table.",
        cause: error,
      });
    }
  }
}

/** Names and types are the database's own; the account is nobody's word but the caller's. */
function insertInto({ name, accountColumn, columns }: TableShape): string {
  const brought = columns.filter((column) => !column.generated && column.name !== accountColumn);
  const targets = [accountColumn, ...brought.map((column) => column.name)].map(quote).join(", ");
  const values = ["$2::uuid", ...brought.map((column) => `r.${quote(column.name)}::${column.type}`)].join(", ");
  const fields = columns.map((column) => `${quote(column.name)} text`).join(", ");
  return `INSERT INTO ${name} (${targets}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM json_to_recordset($1::json) AS r(${fields})`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
