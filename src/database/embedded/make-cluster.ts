import { mkdirSync, renameSync, rmSync } from "node:fs";

/**
 * Makes a database's directory, whole or not at all. Whoever calls it holds the directory's lock.
 * @param pgdata the directory, which isn't there
 * @param copy what is in it, packed; without one PostgreSQL makes an empty cluster
 * @throws what PGlite throws when the copy can't be opened
 */
export async function makeCluster(pgdata: string, copy: Blob | undefined): Promise<void> {
  // One that was killed has left its own behind.
  const partial = `${pgdata}.partial`;
  rmSync(partial, { recursive: true, force: true });
  // An interrupted process leaves by process.exit(), which runs no `finally`.
  const cleanUp = () => rmSync(partial, { recursive: true, force: true });
  process.once("exit", cleanUp);
  try {
    mkdirSync(partial, { recursive: true, mode: 0o700 });
    const { PGlite } = await import("@electric-sql/pglite");
    const database = await PGlite.create({ dataDir: partial, ...(copy && { loadDataDir: copy }) });
    await database.close();
    renameSync(partial, pgdata);
  } finally {
    cleanUp();
    process.removeListener("exit", cleanUp);
  }
}
