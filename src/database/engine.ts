import type { Pool } from "pg";

/** The three sets of rights; each has its own login and its own connection string. */
export type Login = "owner" | "control" | "tenant";

/** A PostgreSQL that azora can talk to, whether a server or the embedded one. */
export interface Engine {
  readonly kind: "embedded" | "server";
  /**
   * The statement, taking the token as $1, that sets the context for one transaction.
   * It differs by engine: see embedded/hardening.ts.
   */
  readonly setContext: string;
  /** Whether a connection is one session for as long as it lives, so that what is prepared on it stays. */
  readonly preparedStatements: boolean;
  /** Where this engine is, for people: a URL without its password, or a directory. */
  describe(login: Login): string;
  /**
   * The connection pool of one login, opened on first use.
   * @throws AzoraError NOT_CONFIGURED when this installation has no such login.
   */
  pool(login: Login): Promise<Pool>;
  /** The whole database as it is now, packed (tar, gzip), while whoever writes waits: only the embedded engine has it. */
  readonly copy?: () => Promise<Uint8Array>;
  /** Closes every pool and gives the data directory free. */
  close(): Promise<void>;
}
