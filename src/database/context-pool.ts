import pg, { type Pool, type PoolClient, type QueryArrayConfig, type QueryArrayResult } from "pg";
import { ContextQuery } from "./context-query.js";
import { subjectOf, untag, withoutLiterals } from "./read-tag.js";
import { guardError } from "./sql-errors.js";

/** Where a tenant client gets its connections and what it puts in front of its statements. */
export interface ContextSource {
  readonly pool: () => Promise<Pool>;
  /** See Engine.setContext. */
  readonly setContext: string;
  /** A signed context, valid from now. */
  readonly token: () => string;
}

/** One read, as guard.log_reads() takes it. */
interface ReadEntry {
  readonly subject: string;
  readonly method: string;
  readonly filter: unknown;
  readonly rows: number;
}

const LOG_READS = "SELECT guard.log_reads($1::jsonb)";

/**
 * What a tenant's Prisma client takes for its pool. Each statement leaves with the
 * context in front; each read is logged before its rows are handed over; and no
 * connection goes back to the shared pool with anything of this tenant on it.
 */
export class ContextPool {
  readonly options = {};

  constructor(private readonly source: ContextSource) {}

  async query(config: QueryArrayConfig): Promise<QueryArrayResult> {
    const client = await this.connect();
    try {
      return await client.query(config);
    } finally {
      client.release();
    }
  }

  async connect(): Promise<ContextClient> {
    const pool = await this.source.pool();
    return new ContextClient(await pool.connect(), this.source);
  }

  // The pool is shared by all tenants' clients: one's listeners have no business on it.
  on(): this {
    return this;
  }
  removeListener(): this {
    return this;
  }
  async end(): Promise<void> {}
}

// PrismaPg recognises a pool by its prototype. Inheriting by `extends` would open a second one.
Object.setPrototypeOf(ContextPool.prototype, pg.Pool.prototype);

/** One connection in the hands of one tenant's client, for a statement or a transaction. */
class ContextClient {
  #inTransaction = false;
  /** In a transaction the context travels with the first statement and holds to the end. */
  #contextDue = true;
  /** A raw statement may have changed the session: it is wiped before others get it. */
  #sessionTouched = false;
  #reads: ReadEntry[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly source: ContextSource,
  ) {
    client.on("error", ignore);
  }

  async query(config: QueryArrayConfig): Promise<QueryArrayResult> {
    const { text, tag } = untag(config.text);
    const verb = tag ? undefined : text;
    if (verb === "BEGIN") return this.#begin(config);
    if (verb === "COMMIT") return this.#commit(config);
    if (verb === "ROLLBACK") return this.#rollback(config);
    if (verb?.startsWith("SET TRANSACTION")) return this.#send(config, false);
    if (tag?.isRaw) this.#sessionTouched = true;
    const result = await this.#send({ ...config, text }, this.#contextDue || !this.#inTransaction);
    this.#contextDue = false;
    if (tag && isRead(result, tag.isRaw)) {
      this.#reads.push({
        subject: subjectOf(text),
        method: tag.method,
        filter: tag.isRaw ? { sql: withoutLiterals(text) } : tag.filter,
        rows: result.rowCount ?? 0,
      });
      if (!this.#inTransaction) await this.#logReads();
    }
    return result;
  }

  on(): this {
    return this;
  }
  removeListener(): this {
    return this;
  }

  release(error?: Error | boolean): void {
    // A raw BEGIN without its end, or a COMMIT that failed: not fit to share.
    const unfit = error ?? transactionStatus(this.client) !== "I";
    if (unfit || !this.#sessionTouched) {
      this.#giveBack(unfit);
      return;
    }
    this.#send({ text: "DISCARD ALL", rowMode: "array" }, false).then(
      () => this.#giveBack(false),
      () => this.#giveBack(true),
    );
  }

  #giveBack(unfit: Error | boolean): void {
    this.client.removeListener("error", ignore);
    this.client.release(unfit);
  }

  async #begin(config: QueryArrayConfig): Promise<QueryArrayResult> {
    this.#inTransaction = true;
    this.#contextDue = true;
    return this.#send(config, false);
  }

  async #commit(config: QueryArrayConfig): Promise<QueryArrayResult> {
    await this.#logReads();
    const result = await this.#send(config, false);
    this.#inTransaction = false;
    return result;
  }

  /** The caller has seen the rows even if the transaction is undone: they are logged all the same. */
  async #rollback(config: QueryArrayConfig): Promise<QueryArrayResult> {
    const result = await this.#send(config, false);
    this.#inTransaction = false;
    await this.#logReads();
    return result;
  }

  /** With a context of its own: a raw statement may have taken the transaction's away. */
  async #logReads(): Promise<void> {
    if (this.#reads.length === 0) return;
    await this.#send({ text: LOG_READS, values: [JSON.stringify(this.#reads)], rowMode: "array" }, true);
    this.#reads = [];
  }

  #send(config: QueryArrayConfig, withContext: boolean): Promise<QueryArrayResult> {
    const context = withContext ? { statement: this.source.setContext, token: this.source.token() } : undefined;
    return new Promise((resolve, reject) => {
      const query = new ContextQuery(config, context, (error, result) => {
        if (error) reject(guardError(error) ?? error);
        else resolve(result as QueryArrayResult);
      });
      this.client.query(query);
    });
  }
}

/** A connection that dies says so to the statement under way; unheard, the event would end the process. */
function ignore(): void {}

/** Triggers log what is written; rows that a raw statement returns of other tables only show here. */
function isRead({ command, rows }: QueryArrayResult, isRaw: boolean): boolean {
  return command === "SELECT" || command === "FETCH" || (isRaw && rows.length > 0);
}

/** I (idle), T (in a transaction) or E (in a failed one), as ReadyForQuery last said. */
function transactionStatus(client: PoolClient): string {
  return (client as unknown as { readonly _txStatus: string })._txStatus;
}
