import type { Pool } from "pg";
import { openThrowaway, type Throwaway } from "../../database/embedded/throwaway.js";
import { applyMigrations } from "../../database/migrate/apply.js";
import { readMigrations } from "../../database/migrate/history.js";
import type { Target } from "../target.js";
import { migrationFailed, refuseCopy } from "./migration-error.js";
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
  /** What was asked for, with the role that made the objects among the owners. */
  readonly target: Target;
  /** Names of the migrations, in the order in which they were applied. */
  readonly applied: readonly string[];
}

/** Who migrates, until the end shows whether the target's owner is somebody else. */
const INSTALLER = "azora_throwaway";

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
    const migration = new Migration(database, target);
    for (const file of others) await migration.apply(file);
    const owners = await migration.settle();
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

/** An application's history on its way into a database, with the roles that it turns out to need. */
class Migration {
  #installer: string | undefined;

  constructor(
    private readonly database: Throwaway,
    private readonly target: Target,
  ) {}

  async apply(file: MigrationFile): Promise<void> {
    refuseCopy(file);
    this.#installer ??= await this.#makeInstaller();
    for (;;) {
      const failure = await this.database.run(file.sql, this.#installer);
      if (!failure) return;
      const missing = /^role "(.*)" does not exist$/.exec(failure.code === "42704" ? failure.message : "")?.[1];
      if (missing === undefined || !(await this.#makeRole(missing))) throw migrationFailed(file, failure);
    }
  }

  /**
   * Makes what roles are still missing, and takes from the installer what no owner has.
   * @returns the owners
   */
  async settle(): Promise<string[]> {
    const { runtime, control, owners } = this.target.roles;
    for (const role of [...owners, ...control, ...runtime]) await this.#makeRole(role);
    if (this.#installer === undefined) return [...owners];
    await this.#do(`ALTER ROLE ${quoted(this.#installer)} NOSUPERUSER`);
    return [...new Set([...owners, this.#installer])];
  }

  /** The history runs with every right, as whoever sets up a server has, and owns what it makes. */
  async #makeInstaller(): Promise<string> {
    await this.#do(`CREATE ROLE ${INSTALLER} NOLOGIN SUPERUSER`);
    return INSTALLER;
  }

  /** @returns whether it was made: a role of the target that wasn't there */
  async #makeRole(name: string): Promise<boolean> {
    const { runtime, control, owners } = this.target.roles;
    if (![...runtime, ...control, ...owners].includes(name)) return false;
    const { rowCount } = await this.database.pool.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
    if (rowCount !== 0) return false;
    // The first owner is whoever migrates, so that what it makes is its own.
    if (name === owners[0] && this.#installer === INSTALLER) {
      await this.#do(`ALTER ROLE ${INSTALLER} RENAME TO ${quoted(name)}`);
      this.#installer = name;
    } else {
      await this.#do(`CREATE ROLE ${quoted(name)} ${runtime.includes(name) ? "LOGIN" : "NOLOGIN"}`);
    }
    return true;
  }

  async #do(statement: string): Promise<void> {
    await this.database.pool.query(statement);
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
