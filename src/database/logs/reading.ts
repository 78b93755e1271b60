import type { PoolClient } from "pg";
import { AzoraError } from "../../errors.js";
import { CopyOut, type Lines } from "../wire/copy-out.js";
import { conditionsOf, type Log, type LogFilter, literal } from "./log.js";
import { parseSnapshot, type Snapshot, seenBy, unseenBy } from "./snapshot.js";

/** Which lines, besides what the filter says; in the order of their ids. */
export interface LinesQuery {
  readonly filter?: LogFilter;
  /** Only what this snapshot had not seen. */
  readonly after?: Snapshot;
  /** Only what this one had. */
  readonly upTo?: Snapshot;
  readonly afterId?: string;
  /** The first so many. */
  readonly first?: number;
  /** The last so many. */
  readonly last?: number;
  /** Fields of JSON as texts: whoever parses a line then has their digits as they were. */
  readonly jsonAsText?: boolean;
}

/** The embedded engine holds a whole answer in memory, and has one session: it is asked page by page. */
const EMBEDDED_PAGE = 1000;
const LINE_END = 0x0a;

/**
 * One read-only transaction over a log, in which everything is read as of one moment. Lines are entries as
 * JSON, made by the server, as they are hashed: a line costs this process a copy of its bytes and nothing else.
 */
export class Reading {
  #isBroken = false;

  private constructor(
    private readonly log: Log,
    private readonly client: PoolClient,
    /** All that this reading can see. */
    readonly snapshot: Snapshot,
  ) {}

  /** Begins to read. @throws AzoraError as the log's attempt() says */
  static async open(log: Log): Promise<Reading> {
    return log.attempt(async () => {
      const client = await (await log.engine.pool(log.login)).connect();
      try {
        await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        // A login's limit is meant for the requests of an application.
        await client.query("SET LOCAL statement_timeout = 0");
        await log.enter(client);
        const { rows } = await client.query<{ snapshot: string }>("SELECT pg_current_snapshot()::text AS snapshot");
        return new Reading(log, client, parseSnapshot(rows[0]?.snapshot ?? ""));
      } catch (error) {
        client.release(true);
        throw error;
      }
    });
  }

  /** Streams the lines of a query in constant memory. @throws AzoraError INVALID_INPUT, and as the log's attempt() says */
  async *lines(query: LinesQuery = {}): AsyncGenerator<Lines> {
    if (query.after && query.after.xmax > this.snapshot.xmax) {
      throw new AzoraError("INVALID_INPUT", "The cursor is of another database: this one has not come as far.", {
        hint: "Begin without --after.",
      });
    }
    if (this.log.engine.kind === "server") return yield* this.#copy(query);
    let { afterId } = query;
    let left = query.first ?? query.last ?? Number.POSITIVE_INFINITY;
    for (;;) {
      const page = Math.min(left, EMBEDDED_PAGE);
      let got = 0;
      for await (const lines of this.#copy(query.last ? query : { ...query, ...(afterId && { afterId }), first: page })) {
        got += lines.count;
        afterId = lastId(lines);
        yield lines;
      }
      left -= got;
      if (query.last || got < page || left <= 0) return;
    }
  }

  /** The rows of another question about the same moment. @throws AzoraError as the log's attempt() says */
  rows<Row extends object>(sql: string): Promise<Row[]> {
    return this.log.attempt(async () => (await this.client.query<Row>(sql)).rows);
  }

  /** Ends the transaction and gives the connection back. */
  async close(): Promise<void> {
    // What broke off in the middle is still being sent: only the end of the connection stops it.
    if (this.#isBroken) return this.client.release(true);
    await this.client.query("COMMIT").then(
      () => this.client.release(),
      () => this.client.release(true),
    );
  }

  async *#copy(query: LinesQuery): AsyncGenerator<Lines> {
    const copy = new CopyOut(copySql(this.log, query));
    this.#isBroken = true;
    const pieces = this.client.query(copy)[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.log.attempt(() => pieces.next());
      if (done) break;
      yield value;
    }
    this.#isBroken = false;
  }
}

/**
 * COPY in its CSV format, quoted and delimited by characters that JSON never holds as they are: each line is the
 * JSON as it stands. (The text format doubles backslashes.)
 */
function copySql(log: Log, query: LinesQuery): string {
  return `COPY (${linesSql(log, query)}) TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')`;
}

/** The statement whose one column is a line. @throws AzoraError INVALID_INPUT */
export function linesSql(log: Log, query: LinesQuery): string {
  const { filter = {}, after, upTo, afterId, first, last, jsonAsText = false } = query;
  const fields = Object.entries(log.fields).map(
    ([name, { type, sql }]) => `${sql}${type === "json" ? "::text" : ""} AS "${name}"`,
  );
  const conditions = [
    ...conditionsOf(log, filter),
    ...(after ? [unseenBy(after, "transaction_id")] : []),
    ...(upTo ? [seenBy(upTo, "transaction_id")] : []),
    ...(afterId ? [`id > ${literal(afterId)}`] : []),
  ];
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const limit = first ?? last;
  const [columns, line] = jsonAsText ? [fields.join(", "), "row_to_json(entry)::text"] : [`id, ${log.line} AS line`, "line"];
  const rows = `SELECT ${columns} FROM ${log.table} l ${where} ORDER BY id ${last ? "DESC" : "ASC"} ${limit ? `LIMIT ${limit}` : ""}`;
  const lines = `SELECT ${line} AS line FROM (${rows}) entry`;
  return last ? `${lines} ORDER BY entry.id` : lines;
}

/** The id of the first of some lines. */
export function firstId({ text }: Lines): string {
  return idOf(text.toString("utf8", 0, text.indexOf(LINE_END)));
}

/** The id of the last of some lines. */
export function lastId({ text }: Lines): string {
  const from = text.lastIndexOf(LINE_END, text.length - 2) + 1;
  return idOf(text.subarray(from).toString());
}

export function idOf(line: string): string {
  return String((JSON.parse(line) as { id: unknown }).id);
}
