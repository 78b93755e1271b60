import type { Extensions, PGlite } from "@electric-sql/pglite";
import { Pool } from "pg";
import { serialize } from "pg-protocol";
import { emptyCluster } from "./empty-cluster.js";
import { overSession } from "./engine.js";
import { EmbeddedSession } from "./session.js";
import { SUPERUSER } from "./socket.js";

/** What PostgreSQL says against a script, and how many of its statements it had done by then. */
export interface ScriptFailure {
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** Character of the script that it is about, from 1. */
  readonly position: number | undefined;
  readonly completed: number;
}

/** An embedded database in memory, as PostgreSQL makes it: nothing in it is azora's, and nothing is hardened. */
export interface Throwaway {
  /** The superuser's. */
  readonly pool: Pool;
  /**
   * Runs a script in a session of its own as `login`, in one transaction unless it says otherwise.
   * @returns what went wrong, if anything; nothing of the script is kept then
   */
  run(script: string, login: string): Promise<ScriptFailure | undefined>;
  close(): Promise<void>;
}

/**
 * Makes an empty database in this process, in some 2 seconds and 350 MB; in 5 and 750 where the build has prepared none.
 * @param extensions names that CREATE EXTENSION will be asked for; those that the engine lacks are left out
 * @param copy what EmbeddedEngine.copy() packed, in the place of an empty database
 */
export async function openThrowaway(extensions: readonly string[], copy?: Blob): Promise<Throwaway> {
  const { PGlite } = await import("@electric-sql/pglite");
  const [prepared, loaded] = [copy ?? (await emptyCluster()), await loadExtensions(extensions)];
  const database = await PGlite.create({ extensions: loaded, ...(prepared && { loadDataDir: prepared }) });
  const session = new EmbeddedSession(database);
  const pool = new Pool(overSession(session, SUPERUSER));
  return {
    pool,
    run: (script, login) => run(session, script, login),
    async close() {
      await pool.end();
      await database.close();
    },
  };
}

async function run(session: EmbeddedSession, script: string, login: string): Promise<ScriptFailure | undefined> {
  // Each script is another holder, so that it doesn't meet what the one before has set.
  const holder = {};
  await session.lease(holder);
  try {
    await session.assume(login);
    return await send(session.database, script);
  } finally {
    await session.abandon(holder);
  }
}

async function send(database: PGlite, script: string): Promise<ScriptFailure | undefined> {
  const { messages } = await database.execProtocol(new Uint8Array(serialize.query(script)), { throwOnError: false });
  const error = messages.find(({ name }) => name === "error") as unknown as Record<string, string | undefined> | undefined;
  if (!error) return undefined;
  const { code = "XX000", message = "", detail, hint, position } = error;
  const completed = messages.filter(({ name }) => name === "commandComplete").length;
  return { code, message, detail, hint, position: position === undefined ? undefined : Number(position), completed };
}

async function loadExtensions(names: readonly string[]): Promise<Extensions> {
  const loaded: Extensions = {};
  for (const name of names) {
    const module = name.replaceAll("-", "_");
    if (!/^[a-z]\w*$/.test(module)) continue;
    try {
      Object.assign(loaded, await import(`@electric-sql/pglite/contrib/${module}`));
    } catch {
      // The engine lacks it: CREATE EXTENSION will say so, with its place in the script.
    }
  }
  return loaded;
}
