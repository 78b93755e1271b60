import { Duplex } from "node:stream";
import type { EmbeddedSession } from "./session.js";

/** Message types of the PostgreSQL protocol, version 3, that this socket looks at. */
const SIMPLE_QUERY = 0x51; // Q
const TERMINATE = 0x58; // X
const READY_FOR_QUERY = 0x5a; // Z
const IDLE = 0x49; // I
const FAILED = 0x45; // E

/** What a server answers to a start-up packet: AuthenticationOk, then ReadyForQuery (idle). */
const GREETING = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, READY_FOR_QUERY, 0, 0, 0, 5, IDLE]);

/** Whom the embedded session belongs to; the owner's login is this role itself. */
export const SUPERUSER = "postgres";

/**
 * Stands where a TCP socket stands for `pg`, so that everything above the wire is the
 * same on both engines. The embedded session belongs to a superuser who lends it, and SET
 * SESSION AUTHORIZATION takes any name off again: so this socket puts the login's name on
 * before every single statement, whatever the one before did.
 */
export class EmbeddedSocket extends Duplex {
  #started = false;
  #pending: Buffer = Buffer.alloc(0);
  /** Transaction status as the last ReadyForQuery told it. */
  #status = IDLE;

  constructor(
    private readonly session: EmbeddedSession,
    private readonly login: string,
  ) {
    super();
  }

  // The part of net.Socket that `pg` calls.
  connect(): this {
    process.nextTick(() => this.emit("connect"));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#receive(chunk).then(() => done(), done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#receive(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.session.abandon(this).then(() => done(error), done);
  }

  async #receive(chunk: Buffer): Promise<void> {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (!this.#started) return this.#greet();
    const { complete, rest, types } = splitMessages(this.#pending);
    this.#pending = rest;
    if (types.includes(TERMINATE)) {
      await this.session.abandon(this);
      this.push(null);
      return;
    }
    if (complete.length > 0) await this.#forward(complete, types);
  }

  #greet(): void {
    if (this.#pending.length < 4 || this.#pending.length < this.#pending.readInt32BE(0)) return;
    this.#pending = this.#pending.subarray(this.#pending.readInt32BE(0));
    this.#started = true;
    this.push(GREETING);
  }

  async #forward(messages: Buffer, types: number[]): Promise<void> {
    // A simple query may hold several statements, the first of which takes the login off.
    if (this.login !== SUPERUSER && types.includes(SIMPLE_QUERY)) {
      this.push(refusal("Several statements in one message are not possible on the embedded engine."));
      return;
    }
    await this.session.lease(this);
    // A failed transaction takes nothing but its end, which needs no rights.
    if (this.#status !== FAILED) await this.session.assume(this.login);
    const answer = Buffer.from(await this.session.database.execProtocolRaw(messages));
    this.#status = lastStatus(answer) ?? this.#status;
    this.push(answer);
    if (this.#status === IDLE) this.session.release(this);
  }
}

/** The transaction status in the last ReadyForQuery of an answer, if it has one. */
function lastStatus(answer: Buffer): number | undefined {
  let status: number | undefined;
  for (let at = 0; at + 5 <= answer.length; at += 1 + answer.readInt32BE(at + 1)) {
    if (answer[at] === READY_FOR_QUERY) status = answer[at + 5];
  }
  return status;
}

function splitMessages(bytes: Buffer): { complete: Buffer; rest: Buffer; types: number[] } {
  const types: number[] = [];
  let at = 0;
  while (at + 5 <= bytes.length) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end > bytes.length) break;
    types.push(bytes[at] as number);
    at = end;
  }
  return { complete: bytes.subarray(0, at), rest: bytes.subarray(at), types };
}

/** An ErrorResponse (42501) followed by ReadyForQuery. */
function refusal(message: string): Buffer {
  const fields = Buffer.from(`SERROR\0VERROR\0C42501\0M${message}\0\0`, "utf8");
  const head = Buffer.alloc(5);
  head[0] = 0x45;
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields, Buffer.from([READY_FOR_QUERY, 0, 0, 0, 5, IDLE])]);
}
