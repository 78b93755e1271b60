import type { Connection, QueryArrayResult, Submittable } from "pg";
import { serialize } from "pg-protocol";
import type { Rows } from "./rows.js";

/** One command of a batch: its messages, and what becomes of its answer. */
export interface Command {
  readonly messages: readonly Buffer[];
  /** Takes the answer in; without it the answer is of no interest. */
  readonly rows?: Rows;
  /** Called when this command was done, before the batch is: what follows it is still under way. */
  readonly onDone?: () => void;
  /** Called when the batch has ended, well or with an error. */
  readonly onEnd?: (error?: Error) => void;
}

const SYNC = serialize.sync();

/**
 * Commands that leave in one write and before one Sync: one round trip, and outside a
 * transaction one implicit transaction, so that all of them happen or none. The first
 * that fails is the answer of the whole.
 */
export class Batch implements Submittable {
  #at = 0;

  /** @param settle called when the server is ready for the next batch, or has said what failed */
  constructor(
    private readonly commands: readonly Command[],
    private readonly settle: (error?: Error) => void,
  ) {}

  submit(connection: Connection): void {
    connection.stream.write(Buffer.concat([...this.commands.flatMap(({ messages }) => messages), SYNC]));
  }

  // What `pg` calls as the answers come in.
  handleRowDescription({ fields }: { fields: QueryArrayResult["fields"] }): void {
    this.commands[this.#at]?.rows?.describe(fields);
  }
  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.commands[this.#at]?.rows?.add(fields);
  }
  handleCommandComplete({ text }: { text: string }): void {
    const command = this.commands[this.#at++];
    command?.rows?.complete(text);
    command?.onDone?.();
  }
  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: "" });
  }
  handleError(error: Error): void {
    this.#end(error);
  }
  handleReadyForQuery(): void {
    this.#end();
  }
  handlePortalSuspended(): void {}
  handleCopyData(): void {}
  /** Nobody copies in through Prisma, and the Sync is already gone: the connection can't be saved. */
  handleCopyInResponse(connection: Connection): void {
    connection.stream.destroy(new Error("COPY FROM STDIN is not possible here."));
  }

  #end(error?: Error): void {
    for (const { onEnd } of this.commands) onEnd?.(error);
    this.settle(error);
  }
}
