import type { Config } from "../config.js";
import { applyMigrations } from "../database/migrate/apply.js";
import { compareHistory, requireNotNewer } from "../database/migrate/history.js";
import { openInstallation } from "./open.js";

export interface MigrateResult {
  readonly applied: readonly string[];
  /** What would be applied, in a dry run. */
  readonly pending: readonly string[];
  readonly dryRun: boolean;
}

/**
 * Applies the migrations that the database lacks, with the owner's login.
 * @throws AzoraError DATABASE_NEWER, CONFLICT, and connection errors
 */
export async function migrateDatabase(config: Config, { dryRun }: { readonly dryRun: boolean }): Promise<MigrateResult> {
  const installation = openInstallation(config);
  try {
    const owner = await installation.owner();
    const history = await compareHistory(owner);
    requireNotNewer(history);
    if (dryRun) return { applied: [], pending: history.pending, dryRun };
    return { applied: await applyMigrations(owner), pending: [], dryRun };
  } finally {
    await installation.close();
  }
}
