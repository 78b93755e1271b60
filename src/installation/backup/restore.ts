import { join } from "node:path";
import { type Config, loadConfig } from "../../config.js";
import { readMigrations } from "../../database/migrate/history.js";
import { AzoraError } from "../../errors.js";
import { parseBaseline } from "../../isolation/baseline.js";
import { type InitStep, initialise } from "../initialise.js";
import { readText } from "../read-text.js";
import { type OpenedBackup, openBackup } from "./archive.js";
import { checkRestored, type RestoredChecks } from "./check-restored.js";
import type { Comparison } from "./compare.js";
import { fillEmbedded } from "./fill-embedded.js";
import { fillServer } from "./fill-server.js";
import { retarget } from "./kept-config.js";
import type { Manifest } from "./manifest.js";
import type { RestoreInput } from "./restore-input.js";

/** What a restore found and did. Part of the public JSON. */
export interface RestoreResult {
  readonly restored: boolean;
  readonly dryRun: boolean;
  /** Where it was restored, without a password. */
  readonly database: string;
  readonly backup: Pick<Manifest, "azora" | "createdAt" | "engine" | "database" | "server" | "secrets" | "contextKeys">;
  /** Null in a dry run, as all that follows. */
  readonly comparison: Comparison | null;
  readonly steps: readonly InitStep[] | null;
  readonly checks: RestoredChecks | null;
}

/**
 * Restores a backup into an empty place, and then does what `azora init` does: roles, logins, keys. The contents
 * come in one transaction, or appear with one rename: killed at any point they are there whole or not at all, and
 * `azora init` finishes what follows them.
 * @throws AzoraError INVALID_INPUT (a damaged file, or of the other engine), CONFLICT (not empty, an older server or
 * program, missing roles), DATABASE_NEWER, NOT_CONFIGURED, FAILURE
 */
export async function restoreBackup(config: Config, input: RestoreInput): Promise<RestoreResult> {
  const { onStage = () => undefined } = input;
  onStage("Reading the backup");
  const backup = await openBackup(input.file);
  const { manifest } = backup;
  await requireUsable(config, backup);
  // What is read at the end is seen to be readable at the beginning.
  if (input.baselineFile !== null) parseBaseline(await readText(input.baselineFile, "baseline"), input.baselineFile);
  onStage("Restoring");
  const filled = await (manifest.engine === "embedded" ? fillEmbedded : fillServer)(config, backup, input);
  const { database, comparison, ownerUrl, resetPasswords } = filled;
  const { azora, createdAt, engine, server, secrets, contextKeys } = manifest;
  const about = { azora, createdAt, engine, database: manifest.database, server, secrets, contextKeys };
  const result = { restored: !input.dryRun, dryRun: input.dryRun, database, backup: about, comparison };
  if (input.dryRun) return { ...result, steps: null, checks: null };
  onStage("Setting up");
  const directory = { AZORA_DATA_DIR: config.dataDir.value };
  const operator = (config.stored ? config.stored.selfHosted === true : manifest.mode === "self-hosted")
    ? null
    : manifest.operator;
  const order = { engine, operator, resetPasswords, ...(ownerUrl !== undefined && { ownerUrl }) };
  const { steps } = await initialise(loadConfig(directory), order);
  onStage("Checking");
  return { ...result, steps, checks: await checkRestored(retarget(loadConfig(directory), ownerUrl), input.baselineFile) };
}

async function requireUsable({ stored, dataDir }: Config, { manifest, file }: OpenedBackup): Promise<void> {
  const known = (await readMigrations()).map(({ name }) => name);
  const unknown = manifest.migrations.find((name) => !known.includes(name));
  if (unknown) {
    throw new AzoraError(
      "DATABASE_NEWER",
      `The backup is of a newer azora, ${manifest.azora}: it has the migration ${unknown}.`,
      {
        hint: "Update azora, then restore.",
      },
    );
  }
  if (!stored || stored.engine === manifest.engine) return;
  throw new AzoraError(
    "CONFLICT",
    `${file} is of the ${manifest.engine} engine, and ${join(dataDir.value, "config.json")} of the other.`,
    {
      hint: "Restore with another AZORA_DATA_DIR, or another --context.",
    },
  );
}
