import type { Connection, Submittable } from "pg";
import { serialize } from "pg-protocol";

/** Whole lines of text, each with its end. */
export interface Lines {
  readonly text: Buffer;
  readonly count: number;
}

/** Lines are handed over in pieces of about this size: one write, and not one for each line. */
const PIECE_BYTES = 64 * 1024;
/** Pieces that may wait for the reader before the server has to wait as well. */
const MOST_WAITING = 4;

/** The part of pg's connection that pauses. */
type Socket = Connection["stream"];

/**
 * `COPY … TO STDOUT` as a stream of lines in constant memory: whoever reads slowly slows the server
 * down. Extended protocol, which is the only one that the embedded engine takes from a tenant.
 */
export class CopyOut implements Submittable, AsyncIterable<Lines> {
  #socket: Socket | undefined;
  #piece = Buffer.allocUnsafe(PIECE_BYTES);
  #used = 0;
  #count = 0;
  readonly #waiting: Lines[] = [];
  #isDone = false;
  #error: Error | undefined;
  #wake = () => {};

  /** @param sql one COPY statement */
  constructor(private readonly sql: string) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Lines> {
    for (;;) {
      const piece = this.#waiting.shift();
      if (this.#waiting.length < MOST_WAITING) this.#socket?.resume();
      if (piece) yield piece;
      else if (this.#error) throw this.#error;
      else if (this.#isDone) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  submit(connection: Connection): void {
    this.#socket = connection.stream;
    const { parse, bind, execute, sync } = serialize;
    this.#socket.write(Buffer.concat([parse({ name: "", text: this.sql, types: [] }), bind(), execute(), sync()]));
  }

  // What `pg` calls as the answer comes in: one message a line.
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (this.#used + chunk.length > this.#piece.length) this.#handOver();
    if (chunk.length > this.#piece.length) this.#piece = Buffer.allocUnsafe(chunk.length);
    this.#used += chunk.copy(this.#piece, this.#used);
    this.#count += 1;
  }
  handleError(error: Error): void {
    this.#end(error);
  }
  handleReadyForQuery(): void {
    this.#handOver();
    this.#end();
  }
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(connection: Connection): void {
    connection.stream.destroy(new Error("This COPY would read, not write."));
  }

  #handOver(): void {
    if (this.#count === 0) return;
    this.#waiting.push({ text: this.#piece.subarray(0, this.#used), count: this.#count });
    this.#piece = Buffer.allocUnsafe(PIECE_BYTES);
    [this.#used, this.#count] = [0, 0];
    if (this.#waiting.length >= MOST_WAITING) this.#socket?.pause();
    this.#wake();
  }

  #end(error?: Error): void {
    this.#isDone = true;
    this.#error ??= error;
    this.#wake();
  }
}
