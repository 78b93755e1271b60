import type { Config } from "../../config.js";
import { openEmbedded } from "../../database/embedded/engine.js";
import { placeCopy, requireNoEmbedded } from "../../database/embedded/place-copy.js";
import { AzoraError } from "../../errors.js";
import type { OpenedBackup } from "./archive.js";
import { compareWithManifest } from "./compare.js";
import { placeConfig } from "./kept-config.js";
import type { Filled, RestoreInput } from "./restore-input.js";
import { readCopy } from "./test-restore.js";

/** Restores the copy of an embedded directory into the data directory. */
export async function fillEmbedded(config: Config, backup: OpenedBackup, { into, dryRun }: RestoreInput): Promise<Filled> {
  if (into !== null) {
    throw new AzoraError("INVALID_INPUT", "--into names a database of a server, and this is a backup of the embedded engine.", {
      hint: "Set AZORA_DATA_DIR to the directory to restore into.",
    });
  }
  const dataDir = config.dataDir.value;
  requireNoEmbedded(dataDir);
  const engine = openEmbedded({ dataDir, controlLogin: config.controlLogin.value });
  const filled = { database: engine.describe("owner"), ownerUrl: undefined, resetPasswords: false };
  if (dryRun) return { ...filled, comparison: null };
  await placeConfig(config, backup, undefined);
  await placeCopy(dataDir, await readCopy(backup));
  try {
    return { ...filled, comparison: await compareWithManifest(await engine.pool("owner"), backup.manifest) };
  } finally {
    await engine.close();
  }
}
