import { randomBytes } from "node:crypto";
import type { Config } from "../../config.js";
import { openThrowaway } from "../../database/embedded/throwaway.js";
import { openServer } from "../../database/server.js";
import { asOwner } from "../as-owner.js";
import { type OpenedBackup, openBackup } from "./archive.js";
import { type Comparison, compareWithManifest } from "./compare.js";
import { createDatabase, dropDatabase, fillDatabase, inDatabase, requireRestorable } from "./server-restore.js";
import { COPY } from "./take-backup.js";

/**
 * Restores a backup into a database that is thrown away afterwards, and compares the two row by row (by hash).
 * On a server it is made beside the installation's own; an embedded one in memory.
 * @throws AzoraError INVALID_INPUT (a damaged file), NOT_CONFIGURED, CONFLICT, NOT_PERMITTED (to make a database), FAILURE
 */
export async function testRestore(config: Config, file: string): Promise<Comparison> {
  const backup = await openBackup(file);
  return backup.manifest.engine === "embedded" ? inMemory(backup) : besideTheOther(config, backup);
}

async function inMemory(backup: OpenedBackup): Promise<Comparison> {
  const throwaway = await openThrowaway([], await readCopy(backup));
  try {
    return await compareWithManifest(throwaway.pool, backup.manifest);
  } finally {
    await throwaway.close();
  }
}

function besideTheOther(config: Config, backup: OpenedBackup): Promise<Comparison> {
  return asOwner(config, async (owner) => {
    const program = await requireRestorable(owner, backup.manifest, config.pgBin?.value);
    const name = `azora_test_restore_${randomBytes(6).toString("hex")}`;
    const url = inDatabase(config.ownerUrl?.value ?? "", name);
    const engine = openServer({ owner: url });
    await createDatabase(owner, name);
    try {
      const target = await engine.pool("owner");
      await fillDatabase(backup, { owner: target, url, program });
      return await compareWithManifest(target, backup.manifest);
    } finally {
      await engine.close();
      await dropDatabase(owner, name);
    }
  });
}

/** The copy of an embedded directory, whole in memory. */
export async function readCopy(backup: OpenedBackup): Promise<Blob> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of backup.read(COPY)) chunks.push(chunk);
  return new Blob(chunks.map((chunk) => new Uint8Array(chunk)));
}
