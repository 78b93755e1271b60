import { conditionsOf, type Log, type LogFilter } from "./log.js";
import { Reading } from "./reading.js";

/** How often a name occurs. */
export interface NameCount {
  readonly name: string;
  readonly count: number;
}

/** The names of one dimension: how many there are, and the most frequent of them. */
export interface NameCounts {
  readonly names: number;
  readonly top: readonly NameCount[];
}

export interface LogCounts {
  readonly total: number;
  /** By dimension: who, what, where. */
  readonly by: Readonly<Record<string, NameCounts>>;
  /** In order; days of UTC without an entry are left out. */
  readonly days: readonly NameCount[];
}

interface Row {
  readonly which: number;
  readonly name: string | null;
  readonly count: string;
  readonly names: string;
}

const DAY = `to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;

/**
 * Counts the entries of a log by each of its dimensions and by day, in one pass over it.
 * @param top how many names of a dimension are told
 * @throws AzoraError INVALID_INPUT, and as the log's attempt() says
 */
export async function countLog(log: Log, filter: LogFilter, top: number): Promise<LogCounts> {
  const reading = await Reading.open(log);
  try {
    const dimensions = Object.keys(log.dimensions);
    const rows = await reading.rows<Row>(countSql(log, filter, top));
    // PostgreSQL's grouping() has a bit for each column that a group is not of, the first column's highest.
    const bits = dimensions.length + 1;
    const of = (at: number) => rows.filter(({ which }) => which === 2 ** bits - 1 - 2 ** (bits - 1 - at));
    const counts = (at: number) => of(at).map(({ name, count }) => ({ name: name ?? "", count: Number(count) }));
    const by = dimensions.map((dimension, at) => [dimension, { names: Number(of(at)[0]?.names ?? 0), top: counts(at) }] as const);
    const total = rows.find(({ which }) => which === 2 ** bits - 1)?.count ?? 0;
    return { total: Number(total), by: Object.fromEntries(by), days: counts(dimensions.length) };
  } finally {
    await reading.close();
  }
}

function countSql(log: Log, filter: LogFilter, top: number): string {
  const columns = [...Object.values(log.dimensions), DAY].map((sql, at) => `coalesce(${sql}, '') AS d${at}`);
  const names = columns.map((_, at) => `d${at}`);
  const conditions = conditionsOf(log, filter);
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const day = 2 ** names.length - 2;
  return `SELECT which, name, count, names FROM (
      SELECT which, name, count, count(*) OVER (PARTITION BY which) AS names,
        row_number() OVER (PARTITION BY which ORDER BY count DESC, name) AS place
      FROM (
        SELECT grouping(${names.join(", ")}) AS which, coalesce(${names.join(", ")}) AS name, count(*) AS count
        FROM (SELECT ${columns.join(", ")} FROM ${log.table} ${where}) entry
        GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(", ")}, ())
      ) grouped
    ) placed
    WHERE place <= ${top} OR which = ${day}
    ORDER BY which, CASE WHEN which = ${day} THEN name END, place`;
}
