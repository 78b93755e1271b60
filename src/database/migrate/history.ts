import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { MigrationList } from "@prisma/schema-engine-wasm";
import type { Pool } from "pg";
import { AzoraError } from "../../errors.js";
import { ROOT } from "../../root.js";
import { sqlState } from "../sql-errors.js";
import { HISTORY_TABLE } from "./history-table.js";
import type { SchemaFile } from "./schema-engine.js";

const PRISMA_DIR = fileURLToPath(new URL("prisma/", ROOT));

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** The migrations that this version of azora brings, oldest first. */
export async function readMigrations(directory = `${PRISMA_DIR}migrations`): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(`${directory}/${name}/migration.sql`, "utf8") })),
  );
}

/** What a database needs of its cluster, and no dump holds: the first migration, which may be run again. */
export async function readRolesSql(): Promise<string> {
  const [first] = await readMigrations();
  if (first?.name.endsWith("_roles")) return first.sql;
  throw new Error("the first migration isn't the one that makes the roles");
}

/** A schema file of azora's own: `control` or `tenant`. */
export async function readSchemaFile(name: "control" | "tenant"): Promise<SchemaFile> {
  const path = `${PRISMA_DIR}${name}.prisma`;
  return { path, content: await readFile(path, "utf8") };
}

/** The migrations in the form that the engine takes them. */
export async function toMigrationList(migrations: readonly Migration[]): Promise<MigrationList> {
  const path = `${PRISMA_DIR}migrations/migration_lock.toml`;
  return {
    baseDir: `${PRISMA_DIR}migrations`,
    lockfile: { path, content: await readFile(path, "utf8") },
    shadowDbInitScript: "",
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok", value: sql } },
    })),
  };
}

/** What any login can see of the history: names that the database has, and how ours compare. */
export interface HistoryState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Applied, but unknown here: the database belongs to a newer azora. */
  readonly unknown: readonly string[];
}

/** Compares the migrations of this version with those in the database, as any login. */
export async function compareHistory(pool: Pool): Promise<HistoryState> {
  const known = (await readMigrations()).map(({ name }) => name);
  const inDatabase = await appliedNames(pool);
  return {
    applied: known.filter((name) => inDatabase.includes(name)),
    pending: known.filter((name) => !inDatabase.includes(name)),
    unknown: inDatabase.filter((name) => !known.includes(name)),
  };
}

async function appliedNames(pool: Pool): Promise<string[]> {
  try {
    const { rows } = await pool.query<{ migration_name: string }>(
      `SELECT migration_name FROM ${HISTORY_TABLE}
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
    );
    return rows.map((row) => row.migration_name);
  } catch (error) {
    // No table, or a database that azora never granted anything in.
    if (["42P01", "42501", "3F000"].includes(sqlState(error) ?? "")) return [];
    throw error;
  }
}

/** @throws AzoraError DATABASE_NEWER when the database has a migration that this version lacks */
export function requireNotNewer({ unknown }: HistoryState): void {
  if (unknown.length === 0) return;
  throw new AzoraError("DATABASE_NEWER", `The database is newer than this azora: it has the migration ${unknown[0]}.`, {
    hint: "Update azora to the version that this database belongs to.",
  });
}

/**
 * Refuses to work on a database whose schema is not this version's.
 * @throws AzoraError NOT_MIGRATED or DATABASE_NEWER
 */
export async function requireCurrentSchema(pool: Pool): Promise<void> {
  const history = await compareHistory(pool);
  requireNotNewer(history);
  const { pending } = history;
  if (pending.length === 0) return;
  throw new AzoraError("NOT_MIGRATED", `The database lacks ${pending.length} migration(s), from ${pending[0]} on.`, {
    hint: "Run `azora db:migrate` (or `azora init` for a new installation).",
  });
}
