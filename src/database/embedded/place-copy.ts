import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AzoraError } from "../../errors.js";
import { takeLock } from "./lock.js";

/** @throws AzoraError CONFLICT where an embedded database is already */
export function requireNoEmbedded(dataDir: string): void {
  if (!existsSync(join(dataDir, "pgdata"))) return;
  throw new AzoraError("CONFLICT", `There is a database in ${dataDir} already.`, {
    hint: "Restore into another directory: AZORA_DATA_DIR, or another --context.",
  });
}

/**
 * Makes the embedded database of a directory from a packed copy: it is there whole or not at all.
 * @throws AzoraError CONFLICT, LOCKED, FAILURE for a copy that can't be opened
 */
export async function placeCopy(dataDir: string, copy: Blob): Promise<void> {
  const unlock = takeLock(join(dataDir, "lock"));
  const [pgdata, partial] = [join(dataDir, "pgdata"), join(dataDir, `pgdata.${process.pid}.partial`)];
  // An interrupted process leaves by process.exit(), which runs no `finally`.
  const cleanUp = () => rmSync(partial, { recursive: true, force: true });
  process.once("exit", cleanUp);
  try {
    requireNoEmbedded(dataDir);
    mkdirSync(partial, { recursive: true, mode: 0o700 });
    const { PGlite } = await import("@electric-sql/pglite");
    const database = await PGlite.create({ dataDir: partial, loadDataDir: copy });
    await database.close();
    renameSync(partial, pgdata);
  } catch (error) {
    if (error instanceof AzoraError) throw error;
    throw new AzoraError("FAILURE", "The copy in the backup can't be opened.", {
      hint: "Restore it with the azora that wrote it: the copy belongs to its version of PostgreSQL.",
      cause: error,
    });
  } finally {
    cleanUp();
    process.removeListener("exit", cleanUp);
    unlock();
  }
}
