import type { Pool } from "pg";
import { openThrowaway } from "../../database/embedded/throwaway.js";
import { applyMigrations } from "../../database/migrate/apply.js";
import { readMigrations } from "../../database/migrate/history.js";
import type { Target } from "../target.js";
import { Installer } from "./installer.js";
import { type MigrationFile, readMigrationFiles } from "./migration-files.js";

export interface MigrationHistory {
  /** A directory of migrations: see readMigrationFiles(). */
  readonly directory: string;
  readonly target: Target;
}

/** A database that a history has made, for as long as `work` takes. */
export interface MigratedDatabase {
  /** The superuser's. */
  readonly owner: Pool;
  /** What was asked for, with whoever owns the objects among the owners. */
  readonly target: Target;
  /** Names of the migrations, in the order in which they were applied. */
  readonly applied: readonly string[];
}

/**
 * Applies a history to an empty embedded database in memory and hands that to `work`; nothing
 * is written to disk, and all is gone afterwards. Where the target is under azora's guard and the history lacks
 * azora's own migrations, those go first. Roles that only the target names are made.
 * @returns what `work` returns
 * @throws AzoraError INVALID_INPUT naming file, line, statement and PostgreSQL's message
 */
export async function withMigrations<T>(
  { directory, target }: MigrationHistory,
  work: (database: MigratedDatabase) => Promise<T>,
): Promise<T> {
  const files = await readMigrationFiles(directory);
  const database = await openThrowaway(files.flatMap(({ sql }) => extensionsIn(sql)));
  try {
    const own = target.guard ? await ownMigrations(files) : [];
    if (target.guard) await applyMigrations(database.pool, own);
    const others = files.filter(({ name }) => !own.some((each) => each.name === name));
    const installer = await Installer.enter(database, target);
    for (const file of others) await installer.apply(file);
    const owners = await installer.leave();
    return await work({
      owner: database.pool,
      target: { ...target, roles: { ...target.roles, owners } },
      applied: [...own, ...others].map(({ name }) => name),
    });
  } finally {
    await database.close();
  }
}

/** azora's own: those in the history where they are there, so that a change to them is seen, else this version's. */
async function ownMigrations(files: readonly MigrationFile[]): Promise<{ name: string; sql: string }[]> {
  const known = await readMigrations();
  const among = files.filter(({ name }) => known.some((own) => own.name === name));
  return among.length > 0 ? among : known;
}

/** Guessed from the text: one too many costs nothing, and PostgreSQL names one that is missing. */
function extensionsIn(sql: string): string[] {
  return [...sql.matchAll(/create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)"?/gi)].map(([, name = ""]) => name);
}
