import type { QueryArrayConfig, QueryArrayResult } from "pg";
import type { Command } from "./batch.js";
import type { Connection } from "./connection.js";
import { constantLimit } from "./constant-limit.js";
import { type ReadEntry, readEntry } from "./read-log.js";
import type { ReadTag } from "./read-tag.js";

const NOTHING: QueryArrayResult = { command: "", rowCount: null, oid: 0, fields: [], rows: [] };

export interface TransactionOptions {
  /** What Prisma said of the statement that it is sending. */
  readonly takeTag: (sql: string) => ReadTag | undefined;
  /** Called when the transaction has given its connection back. */
  readonly onEnd: () => void;
  /** Writes entries through another connection, when this one is dead. */
  readonly logElsewhere: (entries: readonly ReadEntry[]) => void;
}

/**
 * The connection of a transaction, as Prisma's adapter uses it. BEGIN and the context leave
 * with the first statement, the log of what was read with the COMMIT.
 */
export class Transaction {
  #begin: string | undefined;
  #contextDue = true;
  /** A raw statement may have changed the session: it is wiped before others get it. */
  #touched = false;
  #wrote = false;
  #reads: ReadEntry[] = [];

  constructor(
    private readonly connection: Connection,
    private readonly options: TransactionOptions,
  ) {}

  async query(config: QueryArrayConfig): Promise<QueryArrayResult> {
    const tag = this.options.takeTag(config.text);
    if (tag) return this.#run(config, tag);
    const { text } = config;
    if (text === "BEGIN") return this.#holdBack(text);
    if (this.#begin && text.startsWith("SET TRANSACTION "))
      return this.#holdBack(`BEGIN ${text.slice("SET TRANSACTION ".length)}`);
    if (text === "COMMIT") return this.#commit();
    if (text === "ROLLBACK") return this.#rollback();
    return this.#run(config, tag);
  }

  release(error?: Error | boolean): void {
    // An end that failed took the wiping behind it along: the next tenant must not get that session.
    this.connection.release(error || this.#touched);
    this.options.onEnd();
    // The rows were seen, whatever became of the connection.
    if (this.#reads.length > 0) this.options.logElsewhere(this.#reads);
  }

  on(): this {
    return this;
  }
  removeListener(): this {
    return this;
  }

  #holdBack(begin: string): QueryArrayResult {
    this.#begin = begin;
    return NOTHING;
  }

  async #run(config: QueryArrayConfig, tag: ReadTag | undefined): Promise<QueryArrayResult> {
    const { text, values } = constantLimit(config);
    const statement = { text, values, types: config.types };
    const commands = [...this.#opening(), ...this.connection.mayRead(text), this.connection.statement(statement)];
    const command = commands.at(-1);
    if (tag?.isRaw) {
      this.#touched = true;
      this.connection.touch();
    }
    this.#wrote ||= !text.startsWith("SELECT") || (tag?.isRaw ?? true);
    await this.connection.send(commands, statement);
    const result = command?.rows?.result() ?? NOTHING;
    const entry = tag && this.connection.caller.readAudit !== "off" ? readEntry(text, tag) : undefined;
    if (entry) this.#reads.push({ ...entry, rows: result.rows.length });
    return result;
  }

  /** What the first statement takes along. */
  #opening(): Command[] {
    const commands: Command[] = [];
    if (this.#begin) commands.push(this.connection.statement({ text: this.#begin }));
    if (this.#contextDue) commands.push(this.connection.context());
    this.#begin = undefined;
    this.#contextDue = false;
    return commands;
  }

  async #commit(): Promise<QueryArrayResult> {
    if (this.#begin) return NOTHING;
    await this.connection.send([...this.#log(this.#wrote), this.connection.statement({ text: "COMMIT" }), ...this.#wipe()]);
    this.#ended();
    return NOTHING;
  }

  /** The caller has seen the rows even if the transaction is undone: they are logged all the same. */
  async #rollback(): Promise<QueryArrayResult> {
    if (this.#begin) return NOTHING;
    await this.connection.send([this.connection.statement({ text: "ROLLBACK" }), ...this.#log(false), ...this.#wipe()]);
    this.#ended();
    return NOTHING;
  }

  /** What was read is logged, and nothing of this tenant is on the session. */
  #ended(): void {
    this.#reads = [];
    this.#touched = false;
  }

  #log(durable: boolean): Command[] {
    return this.#reads.length > 0 ? [this.connection.log(this.#reads, durable)] : [];
  }

  #wipe(): Command[] {
    return this.#touched ? this.connection.wipe() : [];
  }
}
