import type { PoolClient } from "pg";
import type { Engine } from "../engine.js";
import { Batch, type Command } from "./batch.js";
import type { Caller, QueryEvent } from "./caller.js";
import { LOG_READS, type ReadEntry } from "./read-log.js";
import { CHECK_READS } from "./read-permissions.js";
import { type Statement, Statements } from "./statements.js";
import { tenantError } from "./tenant-error.js";

/**
 * What a raw statement can leave behind on a session besides settings of the transaction:
 * cursors, settings, prepared statements, subscriptions, locks, temporary tables, the last
 * numbers of sequences. DISCARD ALL would do it in one, but not in the statement's own
 * batch; behind PgBouncer a batch of its own would reach another session.
 */
const WIPE = [
  "CLOSE ALL",
  "RESET ALL",
  "DEALLOCATE ALL",
  "UNLISTEN *",
  "SELECT pg_catalog.pg_advisory_unlock_all()",
  "DISCARD TEMP",
  "DISCARD SEQUENCES",
];

const statementsOf = new WeakMap<PoolClient, Statements>();

/** A pooled connection in the hands of one tenant's client, and the commands it can run. */
export class Connection {
  /** What stays prepared when the connection goes back to the pool. */
  readonly #kept: Statements;
  #statements: Statements;

  constructor(
    private readonly client: PoolClient,
    private readonly engine: Engine,
    readonly caller: Caller,
  ) {
    client.on("error", ignore);
    this.#kept = statementsOf.get(client) ?? new Statements(engine.preparedStatements);
    this.#statements = this.#kept;
    statementsOf.set(client, this.#kept);
  }

  /** Puts the context in front, for the transaction that the batch is or is in. */
  context(): Command {
    return this.#statements.command({ text: this.engine.setContext, values: [this.caller.token()] });
  }

  /** Asks whether the user may read what a statement reads, in front of it: nothing where that is known. */
  mayRead(text: string): Command[] {
    const { mayRead } = this.caller;
    const tables = mayRead?.due(text) ?? [];
    if (tables.length === 0) return [];
    const command = this.#statements.command({ text: CHECK_READS, values: [tables] });
    const onEnd = (error?: Error) => {
      command.onEnd?.(error);
      if (!error) mayRead?.confirm(tables);
    };
    return [{ ...command, onEnd }];
  }

  statement(statement: Statement): Command {
    return this.#statements.command(statement);
  }

  /** Raw SQL is on its way, and nobody knows what is prepared on the session behind it: from here on nothing is. */
  touch(): void {
    this.#statements = new Statements(false);
  }

  /**
   * Writes entries to the log. It brings its own context: a raw statement may have taken the other away.
   * @param durable whether the commit has to wait for the disk, as it must when it commits writes as well
   */
  log(entries: readonly ReadEntry[], durable: boolean): Command {
    const { token, readAudit } = this.caller;
    return this.#statements.command({
      text: LOG_READS,
      values: [token(), JSON.stringify(entries), durable || readAudit === "sync"],
    });
  }

  /** Leaves nothing of this tenant on the session. */
  wipe(): Command[] {
    this.touch();
    const [first, ...others] = WIPE.map((text) => this.statement({ text })) as [Command, ...Command[]];
    return [{ ...first, onEnd: () => this.#kept.forget() }, ...others];
  }

  /**
   * @param about the statement among the commands that whoever listens to queries is told of
   * @throws what the database says as far as a tenant may hear it, guard's refusals as AzoraError
   */
  send(commands: readonly Command[], about?: Statement): Promise<void> {
    const { onQuery } = this.caller;
    const started = Date.now();
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        if (about && onQuery) onQuery(() => queryEvent(about, started));
        if (error) reject(tenantError(error, (constraint) => this.caller.fieldsOf(constraint)));
        else resolve();
      };
      this.client.query(new Batch(commands, settle));
    });
  }

  /** Gives the connection back, or ends it when it isn't fit to share: in a transaction, or dead. */
  release(error?: Error | boolean): void {
    this.client.removeListener("error", ignore);
    this.client.release(error || this.#transactionStatus() !== "I");
  }

  /** I (idle), T (in a transaction) or E (in a failed one), as ReadyForQuery last said. */
  #transactionStatus(): string {
    return (this.client as unknown as { readonly _txStatus: string })._txStatus;
  }
}

function queryEvent({ text, values = [] }: Statement, started: number): QueryEvent {
  const params = JSON.stringify(values, (_, value) => (typeof value === "bigint" ? `${value}` : value));
  return { timestamp: new Date(started), query: text, params, duration: Date.now() - started, target: "azora" };
}

/** A connection that dies says so to the statement under way; unheard, the event would end the process. */
function ignore(): void {}
