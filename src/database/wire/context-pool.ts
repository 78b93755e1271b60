import pg, { type Pool, type QueryArrayConfig, type QueryArrayResult } from "pg";
import type { Engine } from "../engine.js";
import type { Caller, Source } from "./caller.js";
import { Connection } from "./connection.js";
import { runAlone } from "./lone-statement.js";
import type { ReadEntry } from "./read-log.js";
import { isOutdated } from "./statements.js";
import { Transaction } from "./transaction.js";

/**
 * What Prisma's adapter takes for its pool. Each statement leaves with the context in
 * front, each read with its log behind, and no connection goes back to the shared pool
 * with anything of this tenant on it.
 */
export class ContextPool {
  readonly options = {};

  constructor(
    private readonly engine: Engine,
    private readonly source: Source,
  ) {}

  async query(config: QueryArrayConfig): Promise<QueryArrayResult> {
    // Before the first await: they are of the statement that Prisma is sending right now.
    const caller = this.source.caller();
    const tag = this.source.takeTag(config.text);
    const run = async () =>
      runAlone(await this.#connection(caller), config, {
        tag,
        // Its connection may be what failed; another can still write it.
        onCommitting: (committed, entry) => this.source.onCommitting(committed.catch(() => this.#log(caller, [entry]))),
      });
    const ran = run().catch((error) => {
      if (isOutdated(error)) return run();
      throw error;
    });
    return this.source.track(ran);
  }

  async connect(): Promise<Transaction> {
    const caller = this.source.caller();
    const connection = await this.source.track(this.#connection(caller));
    return new Transaction(connection, {
      takeTag: (sql) => this.source.takeTag(sql),
      onEnd: this.source.transaction(),
      // Nobody waits for it: the application has its rows already, and an error.
      logElsewhere: (entries) => void this.#log(caller, entries).catch(() => undefined),
    });
  }

  // The pool is shared by all tenants' clients: one's listeners have no business on it.
  on(): this {
    return this;
  }
  removeListener(): this {
    return this;
  }
  async end(): Promise<void> {}

  async #connection(caller: Caller): Promise<Connection> {
    const pool = await this.engine.pool("tenant");
    return new Connection(await pool.connect(), this.engine, caller);
  }

  async #log(caller: Caller, entries: readonly ReadEntry[]): Promise<void> {
    const connection = await this.#connection(caller);
    await connection.send([connection.log(entries, false)]).finally(() => connection.release());
  }
}

// PrismaPg recognises a pool by its prototype. Inheriting by `extends` would open a second one.
Object.setPrototypeOf(ContextPool.prototype, pg.Pool.prototype as Pool);
