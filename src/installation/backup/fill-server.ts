import type { Config } from "../../config.js";
import { roleExists } from "../../database/logins.js";
import type { Program } from "../../database/programs.js";
import { hidePassword, openServer } from "../../database/server.js";
import { explainDatabaseError } from "../../database/sql-errors.js";
import { loginsTaken } from "../init-input.js";
import { reachablePool } from "../open.js";
import type { OpenedBackup } from "./archive.js";
import { type Comparison, compareWithManifest } from "./compare.js";
import { placeConfig } from "./kept-config.js";
import type { Filled, RestoreInput } from "./restore-input.js";
import { createDatabase, dropDatabase, fillDatabase, inDatabase, requireEmpty, requireRestorable } from "./server-restore.js";

/** Restores a dump into a database of the server that the owner's connection string names. */
export async function fillServer(config: Config, backup: OpenedBackup, input: RestoreInput): Promise<Filled> {
  const given = config.ownerUrl?.value;
  const server = openServer({ ...(given !== undefined && { owner: given }) });
  try {
    const owner = await reachablePool(server, "owner");
    const program = await requireRestorable(owner, backup.manifest, config.pgBin?.value);
    const hadLogins = await roleExists(owner, "azora_runtime");
    // A configuration that comes with the backup may be of another cluster, whose logins these are not.
    if (hadLogins && config.stored === undefined && !input.resetPasswords) throw loginsTaken();
    const { into, dryRun } = input;
    const url = into === null ? (given ?? "") : inDatabase(given ?? "", into);
    const made = into !== null && !dryRun && (await createDatabase(owner, into));
    try {
      const isThere =
        into === null || !dryRun || (await owner.query("SELECT FROM pg_database WHERE datname = $1", [into])).rowCount === 1;
      const comparison = isThere ? await fill(config, backup, { url, program, dryRun }) : null;
      return { database: hidePassword(url), ownerUrl: url, resetPasswords: input.resetPasswords || !hadLogins, comparison };
    } catch (error) {
      // What was made for it goes with it; what was there before is as empty as it was.
      if (made) await dropDatabase(owner, into);
      throw error;
    }
  } catch (error) {
    throw explainDatabaseError(error, server.describe("owner"));
  } finally {
    await server.close();
  }
}

interface Target {
  readonly url: string;
  readonly program: Program;
  readonly dryRun: boolean;
}

async function fill(config: Config, backup: OpenedBackup, { url, program, dryRun }: Target): Promise<Comparison | null> {
  const engine = openServer({ owner: url });
  try {
    const owner = await reachablePool(engine, "owner");
    await requireEmpty(owner, engine.describe("owner"));
    if (dryRun) return null;
    await placeConfig(config, backup, url);
    await fillDatabase(backup, { owner, url, program });
    return await compareWithManifest(owner, backup.manifest);
  } finally {
    await engine.close();
  }
}
