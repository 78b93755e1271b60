import type { PGlite } from "@electric-sql/pglite";
import { AzoraError } from "../../errors.js";

const LEASE_TIMEOUT_MS = 15_000;

interface Waiter {
  readonly owner: object;
  readonly take: () => void;
}

/**
 * The one session that PGlite has, leased to one connection at a time: from the first
 * message of a statement or transaction to the ReadyForQuery that ends it.
 */
export class EmbeddedSession {
  #holder: object | undefined;
  #lastOwner: object | undefined;
  readonly #waiting: Waiter[] = [];

  constructor(readonly database: PGlite) {}

  /**
   * Waits until `owner` may use the session.
   * @throws AzoraError TIMED_OUT when another connection keeps its transaction open.
   */
  async lease(owner: object): Promise<void> {
    if (this.#holder === owner) return;
    await this.#take(owner);
    if (this.#lastOwner === owner) return;
    // What another connection left behind (settings, cursors) ends here.
    await this.database.exec("DISCARD ALL");
    this.#lastOwner = owner;
  }

  /** Sets the session's user: rights and session_user are the login's from here on. */
  async assume(login: string): Promise<void> {
    await this.database.exec(`SET SESSION AUTHORIZATION ${quoteIdentifier(login)}`);
  }

  release(owner: object): void {
    if (this.#holder !== owner) return;
    this.#holder = undefined;
    this.#waiting.shift()?.take();
  }

  /** Ends what `owner` left open: its transaction must not survive its connection. */
  async abandon(owner: object): Promise<void> {
    if (this.#holder !== owner) return;
    await this.database.exec("ROLLBACK").catch(() => undefined);
    this.#lastOwner = undefined;
    this.release(owner);
  }

  #take(owner: object): Promise<void> {
    if (this.#holder === undefined) {
      this.#holder = owner;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(
          new AzoraError("TIMED_OUT", "The embedded database has one session, and an open transaction is using it.", {
            hint: "End that transaction before using another connection, or use a PostgreSQL server.",
          }),
        );
      }, LEASE_TIMEOUT_MS);
      const waiter: Waiter = {
        owner,
        take: () => {
          clearTimeout(timer);
          this.#holder = owner;
          resolve();
        },
      };
      this.#waiting.push(waiter);
    });
  }
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
