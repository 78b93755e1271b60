import { CONTROL_LINE, TENANT_LINE } from "./line.js";

/** Runs one statement on a connection that is in one snapshot for as long as the log is read. */
export type Query = <Row extends object>(text: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** Where a log's lines come from. */
export interface LineTable {
  /** `$1` is the account; the control plane's log has none and takes NULL. */
  readonly from: string;
  readonly line: string;
  readonly key: "uuid" | "bigint";
  /** Below every id. */
  readonly beginning: string;
}

export const TENANT_LOG: LineTable = {
  from: "tenant.audit_log l WHERE l.account_id = $1::uuid",
  line: TENANT_LINE,
  key: "uuid",
  beginning: "00000000-0000-0000-0000-000000000000",
};

export const CONTROL_LOG: LineTable = {
  from: "control.admin_audit_log l WHERE $1::uuid IS NULL",
  line: CONTROL_LINE,
  key: "bigint",
  beginning: "0",
};

const ROWS = 5000;
/** A page ends behind the line that passes this, so that a log of large values takes no more memory than one of small ones. */
const BYTES = 4 << 20;

/**
 * A log's lines in the order of their ids, many in one text with a line end between: one value a page costs the driver a
 * fraction of one row a line. The next page is on its way while the caller has this one.
 */
export async function* readPages(
  query: Query,
  { table, account }: { readonly table: LineTable; readonly account: string | null },
): AsyncGenerator<string> {
  const text = pageSql(table);
  const ask = (after: string) =>
    query<{ lines: string | null; last: string | null }>(text, [account, after]).then(([page]) => page);
  let next = ask(table.beginning);
  try {
    for (let page = await next; page?.lines && page.last; page = await next) {
      next = ask(page.last);
      // It is awaited in its turn; one that fails before that must not end the process.
      next.catch(() => undefined);
      yield page.lines;
    }
  } finally {
    await next.catch(() => undefined);
  }
}

/** One line of a log; undefined where there is no such row. */
export async function readRow(
  query: Query,
  { table, account, id }: { readonly table: LineTable; readonly account: string | null; readonly id: string },
): Promise<string | undefined> {
  const { from, line, key } = table;
  const [row] = await query<{ line: string }>(`SELECT ${line} AS line FROM ${from} AND l.id = $2::${key}`, [account, id]);
  return row?.line;
}

function pageSql({ from, line, key }: LineTable): string {
  return `SELECT string_agg(p.line, E'\\n' ORDER BY p.id) AS lines, (array_agg(p.id::text ORDER BY p.id DESC))[1] AS last
    FROM (SELECT r.id, r.line, sum(octet_length(r.line)) OVER (ORDER BY r.id) - octet_length(r.line) AS before
          FROM (SELECT l.id, ${line} AS line FROM ${from}
                AND l.id > $2::${key}
                ORDER BY l.id LIMIT ${ROWS}) r) p
    WHERE p.before < ${BYTES}`;
}
