import type { ClientBase, QueryResult } from "pg";

/** What PostgreSQL said to the last of the statements sent, or to the one that failed. */
export interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows returned or touched. */
  readonly count: number;
  /** SQLSTATE; null where all went well. */
  readonly state: string | null;
  /** For people: `0 rows`, `42501: permission denied for table documents`. */
  readonly text: string;
  /** Constraint or unique index that the error names. */
  readonly constraint: string | null;
}

/** A question of our own that PostgreSQL didn't answer: a lock that somebody holds, a time limit, a right that is missing. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  constructor(
    message: string,
    readonly statement: string,
  ) {
    super(message);
  }
}

/** How long the transaction may wait, work and idle; in milliseconds. */
export interface Limits {
  readonly lockMs: number;
  readonly statementMs: number;
  readonly idleMs: number;
}

export const LIMITS: Limits = { lockMs: 2_000, statementMs: 10_000, idleMs: 60_000 };

/**
 * One transaction of the owner's connection that is never committed. Each attempt travels as one message: back to the
 * savepoint, whose name to take, what to try. So it costs one round trip, and the embedded engine, which puts the
 * owner's name on again before every message, has no chance to do so in the middle.
 */
export class Session {
  #depth = 0;

  private constructor(private readonly client: ClientBase) {}

  /**
   * Runs work in a transaction that is rolled back, whatever happens.
   * @throws what work throws; an error of the connection
   */
  static async within<T>(client: ClientBase, limits: Limits, work: (session: Session) => Promise<T>): Promise<T> {
    const session = new Session(client);
    try {
      await client.query(`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
        SET LOCAL lock_timeout = ${limits.lockMs};
        SET LOCAL statement_timeout = ${limits.statementMs};
        SET LOCAL idle_in_transaction_session_timeout = ${limits.idleMs};
        SET LOCAL client_min_messages = error;
        SET LOCAL standard_conforming_strings = on;
        SET LOCAL row_security = on;
        SAVEPOINT azora_0`);
      return await work(session);
    } finally {
      // Where the connection is gone, so is the transaction.
      await client.query("ROLLBACK").catch(() => undefined);
    }
  }

  /** Tries statements on top of what was kept; the next call forgets what they did. */
  async try(...statements: string[]): Promise<Answer> {
    return this.#send([this.#back, ...statements]);
  }

  /** Runs statements whose effect stays until the transaction ends; after an error nothing of them does. */
  async keep(...statements: string[]): Promise<Answer> {
    const answer = await this.#send([this.#back, ...statements]);
    if (answer.state === null) await this.#send([`RELEASE ${this.#savepoint}`, `SAVEPOINT ${this.#savepoint}`]);
    return answer;
  }

  /**
   * Rows of the last of the owner's statements. About an account's rows they are asked in its context: the policies
   * hold for an owner that is no superuser.
   * @throws NoAnswer with what PostgreSQL said instead
   */
  async look<Row extends object>(...statements: string[]): Promise<readonly Row[]> {
    const answer = await this.try(...statements);
    if (answer.state !== null) throw new NoAnswer(answer.text, statements.join("; "));
    return answer.rows as readonly Row[];
  }

  /** Keeps statements for as long as work runs, then forgets them. @returns what work does; the answer where they fail */
  async nested<T>(statements: readonly string[], work: (made: Answer) => Promise<T>): Promise<T> {
    const made = await this.try(...statements);
    if (made.state !== null) return work(made);
    await this.#send([`SAVEPOINT azora_${this.#depth + 1}`]);
    this.#depth++;
    try {
      return await work(made);
    } finally {
      this.#depth--;
    }
  }

  get #savepoint(): string {
    return `azora_${this.#depth}`;
  }

  get #back(): string {
    return `ROLLBACK TO SAVEPOINT ${this.#savepoint}`;
  }

  #send(statements: readonly string[]): Promise<Answer> {
    return ask(this.client, statements);
  }
}

/**
 * Sends statements in one message.
 * @throws what is no answer of PostgreSQL's
 */
export async function ask(client: ClientBase, statements: readonly string[]): Promise<Answer> {
  try {
    const result = (await client.query(statements.join(";\n"))) as QueryResult | QueryResult[];
    const last = (Array.isArray(result) ? result.at(-1) : result) as QueryResult;
    return { rows: last.rows, count: last.rowCount ?? 0, state: null, text: describe(last), constraint: null };
  } catch (error) {
    const { code, message, constraint } = error as { code?: unknown; message?: string; constraint?: string };
    // Anything else is the connection's end or a mistake of our own: no answer to judge.
    if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code)) throw error;
    return { rows: [], count: 0, state: code, text: `${code}: ${message ?? ""}`, constraint: constraint ?? null };
  }
}

function describe({ command, rowCount, rows }: QueryResult): string {
  const [row] = rows as Record<string, unknown>[];
  if (rows.length === 1 && row && Object.keys(row).length > 0) {
    return Object.entries(row)
      .map(([name, value]) => `${name} ${value === null ? "null" : shorten(String(value))}`)
      .join(", ");
  }
  if (rowCount === null) return command;
  return `${command === "SELECT" ? "" : `${command} `}${rowCount} ${rowCount === 1 ? "row" : "rows"}`;
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
