import type { Pool, PoolClient } from "pg";
import { AzoraError } from "../../errors.js";
import { type Migration, readMigrations, toMigrationList } from "./history.js";
import { enterHistory } from "./history-table.js";
import { openSchemaEngine } from "./schema-engine.js";

const NO_FILTER = { externalTables: [], externalEnums: [] };
/** Any constant does; two installers of one database must pick the same. */
const MIGRATION_LOCK = 7_203_114_001;

/**
 * Applies what is missing, each migration in one transaction, and records it as
 * `prisma migrate deploy` does, in a table of azora's own. A second process waits for the first and finds nothing to do.
 * @param pool the owner's
 * @returns names of the migrations applied now
 * @throws AzoraError CONFLICT when an applied migration was edited or one failed half way
 */
export async function applyMigrations(pool: Pool, migrations?: readonly Migration[]): Promise<string[]> {
  const migrationsList = await toMigrationList(migrations ?? (await readMigrations()));
  const client = await pool.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    const engine = await openSchemaEngine(await enterHistory(client));
    const { editedMigrationNames, failedMigrationNames } = await engine.diagnoseMigrationHistory({
      migrationsList,
      optInToShadowDatabase: false,
      filters: NO_FILTER,
    });
    const edited = editedMigrationNames.filter((name) => !failedMigrationNames.includes(name));
    if (edited.length > 0) {
      throw new AzoraError("CONFLICT", `Migrations were edited after they were applied: ${edited.join(", ")}.`, {
        hint: "Restore the files of the version that applied them; changes go into a new migration.",
      });
    }
    // Each is one transaction that records itself: one that is not recorded as finished left nothing.
    for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: NO_FILTER });
    return appliedMigrationNames;
  } catch (error) {
    if (error instanceof AzoraError) throw error;
    throw new AzoraError("CONFLICT", `A migration could not be applied: ${firstLine(error)}`, {
      hint: "Nothing of it was kept. `azora db:status` shows where the history stands.",
      cause: error,
    });
  } finally {
    await giveBack(client);
  }
}

async function giveBack(client: PoolClient): Promise<void> {
  try {
    // The engine takes Prisma's lock beside ours and gives it up by ending its session; this one lives on in the pool.
    await client.query("SELECT pg_advisory_unlock_all(); RESET search_path");
    client.release();
  } catch {
    // A connection that can't be given back as it was is closed.
    client.release(true);
  }
}

function firstLine(error: unknown): string {
  const message = String((error as Error)?.message ?? error);
  return message.split("\n").find((line) => line.trim() !== "") ?? message;
}
