import { existsSync } from "node:fs";
import { join } from "node:path";
import { AzoraError } from "../../errors.js";
import { takeLock } from "./lock.js";
import { makeCluster } from "./make-cluster.js";

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
  try {
    requireNoEmbedded(dataDir);
    await makeCluster(join(dataDir, "pgdata"), copy);
  } catch (error) {
    if (error instanceof AzoraError) throw error;
    throw new AzoraError("FAILURE", "The copy in the backup can't be opened.", {
      hint: "Restore it with the azora that wrote it: the copy belongs to its version of PostgreSQL.",
      cause: error,
    });
  } finally {
    unlock();
  }
}
