import { escapeLiteral, type PoolClient } from "pg";
import { AzoraError } from "../../errors.js";
import type { Engine, Login } from "../engine.js";

/** Which entries of a log are wanted; each part narrows it. */
export interface LogFilter {
  readonly since?: Date;
  /** Exclusive. */
  readonly until?: Date;
  readonly actor?: string;
  /** create, read, update or delete; in the control plane's log `tenant.purge` and the like. */
  readonly action?: string;
  /** A tenant's log only: the table, as the log names it. */
  readonly table?: string;
  /** A tenant's log only: the key of one row. */
  readonly row?: string;
}

/** What a field of an entry holds. `time`: UTC with microseconds; `json`: any JSON, or null. */
export type FieldType = "uuid" | "integer" | "text" | "time" | "json";

/** A field of an entry: what it holds, and the SQL that brings it. */
export interface Field {
  readonly type: FieldType;
  readonly sql: string;
}

/** An audit log as it is read: a tenant's, or the control plane's. Its key is `id`. */
export interface Log {
  readonly engine: Engine;
  readonly login: Login;
  readonly table: string;
  /** An entry, row `l` of the table, as the text of a JSON object that its hash is made of, in SQL. */
  readonly line: string;
  /** The same by field, in the order in which they are written. */
  readonly fields: Readonly<Record<string, Field>>;
  /** The statement that brings its checkpoints, in their order, and behind them its retentions. */
  readonly checkpoints: string;
  /** The statement that brings the last checkpoint's hash. */
  readonly lastCheckpoint: string;
  /** The column behind each text that it can be filtered by. */
  readonly columns: Readonly<Partial<Record<"actor" | "action" | "table" | "row", string>>>;
  /** What its entries are counted by, each with its SQL. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** What is true of all its rows, for who routes by it. */
  readonly within?: string;
  /** Lets a transaction read it. */
  enter(client: PoolClient): Promise<unknown>;
  /** Runs a part of the reading, and says what went wrong with it. */
  attempt<T>(run: () => Promise<T>): Promise<T>;
}

/** The SQL for a log's own `checkpoints`. @param where which rows of both tables */
export function checkpointsSql({ checkpoints, retentions, where }: SignedTables): string {
  const part = (table: string, order: number) =>
    `SELECT ${order} AS part, sequence, payload, hash, key_id AS "keyId", signature FROM ${table} WHERE ${where}`;
  const both = `${part(checkpoints, 1)} UNION ALL ${part(retentions, 2)}`;
  return `SELECT payload, hash, "keyId", signature FROM (${both}) signed ORDER BY part, sequence`;
}

export interface SignedTables {
  readonly checkpoints: string;
  readonly retentions: string;
  readonly where: string;
}

/** A field that is a column. */
export function field(type: FieldType, column: string): Field {
  // Whatever the session's time zone and date style are.
  const sql = type === "time" ? `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')` : column;
  return { type, sql };
}

/**
 * The conditions of a filter, in SQL: COPY takes no parameters.
 * @throws AzoraError INVALID_INPUT for a filter that this log hasn't
 */
export function conditionsOf({ columns, within }: Log, { since, until, ...texts }: LogFilter): string[] {
  return [
    ...(within ? [within] : []),
    ...(since ? [`occurred_at >= ${literal(since.toISOString())}`] : []),
    ...(until ? [`occurred_at < ${literal(until.toISOString())}`] : []),
    ...Object.entries(texts).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const column = columns[name as keyof typeof columns];
      if (column) return [`${column} = ${literal(value)}`];
      throw new AzoraError("INVALID_INPUT", `This log can't be filtered by ${name}.`);
    }),
  ];
}

/** Refuses what could not be asked for, before any work is done for it. @throws AzoraError INVALID_INPUT */
export function checkFilter(log: Log, filter: LogFilter): void {
  conditionsOf(log, filter);
}

/** @throws AzoraError INVALID_INPUT for what no text of PostgreSQL can hold */
export function literal(text: string): string {
  if (!text.includes("\0")) return escapeLiteral(text);
  throw new AzoraError("INVALID_INPUT", "No text of a log has a NUL character in it.");
}
