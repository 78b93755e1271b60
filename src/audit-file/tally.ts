import { createHash } from "node:crypto";
import { firstId, lastId } from "../database/logs/reading.js";
import type { Lines } from "../database/wire/copy-out.js";

/** What passed: entries on the one side, bytes of the file on the other. */
export interface Passed {
  readonly rows: number;
  readonly firstId: string | null;
  readonly lastId: string | null;
  readonly bytes: number;
  /** Of all bytes, hexadecimal. */
  readonly sha256: string;
}

/** Counts and hashes an export on its way through. */
export class Tally {
  #rows = 0;
  #firstId: string | null = null;
  #lastId: string | null = null;
  #bytes = 0;
  readonly #hash = createHash("sha256");

  /** @param onRows told how many entries have passed */
  constructor(private readonly onRows: (rows: number) => void = () => {}) {}

  async *lines(lines: AsyncIterable<Lines>): AsyncGenerator<Lines> {
    for await (const piece of lines) {
      this.#firstId ??= firstId(piece);
      this.#lastId = lastId(piece);
      this.#rows += piece.count;
      this.onRows(this.#rows);
      yield piece;
    }
  }

  async *bytes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
      yield chunk;
    }
  }

  /** To be asked once, at the end. */
  passed(): Passed {
    const sha256 = this.#hash.digest("hex");
    return { rows: this.#rows, firstId: this.#firstId, lastId: this.#lastId, bytes: this.#bytes, sha256 };
  }
}
