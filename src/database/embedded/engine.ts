import { existsSync } from "node:fs";
import { join } from "node:path";
import pg, { Pool, type PoolConfig } from "pg";
import { AzoraError } from "../../errors.js";
import type { Engine, Login } from "../engine.js";
import { emptyCluster } from "./empty-cluster.js";
import { HARDENING } from "./hardening.js";
import { takeLock } from "./lock.js";
import { makeCluster } from "./make-cluster.js";
import { EmbeddedSession } from "./session.js";
import { EmbeddedSocket, SUPERUSER } from "./socket.js";

export interface EmbeddedOptions {
  /** azora's data directory; the database lives in `pgdata` below it. */
  readonly dataDir: string;
  /** Role that the control plane's connection acts as. */
  readonly controlLogin: string;
}

/**
 * PostgreSQL inside this process (PGlite), on a directory that it locks for itself.
 * The directory and the module are opened on the first pool, not before.
 */
export function openEmbedded({ dataDir, controlLogin }: EmbeddedOptions): Engine {
  const roles: Record<Login, string> = { owner: SUPERUSER, control: controlLogin, tenant: "azora_runtime" };
  const pools = new Map<Login, Pool>();
  let opened: Promise<{ session: EmbeddedSession; unlock: () => void }> | undefined;

  return {
    kind: "embedded",
    setContext: "SELECT guard.set_context($1)",
    // Its connections share one session, which is wiped when it changes hands.
    preparedStatements: false,
    describe: () => `embedded PostgreSQL in ${dataDir}`,
    async pool(login) {
      opened ??= openSession(dataDir);
      const { session } = await opened;
      let pool = pools.get(login);
      if (!pool) {
        pool = new Pool(overSession(session, roles[login]));
        pools.set(login, pool);
      }
      return pool;
    },
    async copy() {
      opened ??= openSession(dataDir);
      const { session } = await opened;
      return new Uint8Array(await (await session.database.dumpDataDir("gzip")).arrayBuffer());
    },
    async close() {
      if (!opened) return;
      const { session, unlock } = await opened;
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      await session.database.close();
      unlock();
      opened = undefined;
      pools.clear();
    },
  };
}

async function openSession(dataDir: string): Promise<{ session: EmbeddedSession; unlock: () => void }> {
  const unlock = takeLock(join(dataDir, "lock"));
  try {
    const pgdata = join(dataDir, "pgdata");
    if (!existsSync(pgdata)) await makeCluster(pgdata, await emptyCluster());
    const { PGlite } = await import("@electric-sql/pglite");
    const database = await PGlite.create({ dataDir: pgdata });
    await database.exec(HARDENING);
    return { session: new EmbeddedSession(database), unlock };
  } catch (error) {
    unlock();
    throw new AzoraError("FAILURE", `The embedded database in ${dataDir} can't be opened.`, {
      hint: "Check that the directory is whole and may be written; `azora doctor` says more.",
      cause: error,
    });
  }
}

export function overSession(session: EmbeddedSession, user: string): PoolConfig {
  const stream = () => new EmbeddedSocket(session, user) as never;
  const Client = user === SUPERUSER ? pg.Client : ExtendedClient;
  // Several connections only queue for the one session; more than one lets a transaction
  // and a statement outside it be told apart.
  return { user, database: "postgres", stream, Client, max: 4, idleTimeoutMillis: 0, allowExitOnIdle: true } as PoolConfig;
}

/** Sends everything by the extended protocol, which takes one statement a message. */
class ExtendedClient extends pg.Client {
  override query(...args: unknown[]): never {
    const [config, ...rest] = args;
    if (typeof config === "string")
      return super.query({ text: config, queryMode: "extended" } as never, ...(rest as [])) as never;
    if (typeof (config as pg.Submittable).submit === "function") return super.query(config as never) as never;
    return super.query({ ...(config as object), queryMode: "extended" } as never, ...(rest as [])) as never;
  }
}
