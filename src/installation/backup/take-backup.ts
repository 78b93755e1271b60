import { readFileSync } from "node:fs";
import type { Pool, PoolClient } from "pg";
import type { Config } from "../../config.js";
import type { Engine } from "../../database/engine.js";
import { compareHistory } from "../../database/migrate/history.js";
import { findProgram, readFrom, requireNotOlder } from "../../database/programs.js";
import { explainDatabaseError } from "../../database/sql-errors.js";
import { AzoraError } from "../../errors.js";
import { VERSION } from "../../version.js";
import { openEngine, reachablePool, requireInit } from "../open.js";
import { serverVersion } from "../server-version.js";
import { ArchiveWriter } from "./archive.js";
import { databaseFacts } from "./facts.js";
import { KEY_TABLE } from "./figures.js";
import { CONFIG_FILE, type Manifest } from "./manifest.js";

export interface TakeBackupInput {
  /** With the configuration file, and with the keys that sign contexts. */
  readonly withSecrets: boolean;
  /** Told how many bytes there are by now. */
  readonly onBytes?: (bytes: number) => void;
  /** Told what the backup says of itself. */
  readonly onManifest?: (manifest: Manifest) => void;
}

/** Where a dump of a server, and the copy of an embedded directory, stand in the archive. */
export const DUMP = "database.dump";
export const COPY = "pgdata.tar.gz";

/**
 * A backup of the whole database as an archive, of one moment: its manifest counts and hashes what was dumped.
 * @throws AzoraError NOT_CONFIGURED (owner's login, pg_dump), CONFLICT (pg_dump older than the server), NOT_MIGRATED,
 * NOT_PERMITTED (a login that can't see all rows), LOCKED, FAILURE
 */
export async function* takeBackup(config: Config, input: TakeBackupInput): AsyncGenerator<Uint8Array> {
  const { onBytes = () => undefined } = input;
  requireInit(config);
  const engine = openEngine(config);
  let bytes = 0;
  try {
    for await (const chunk of archiveOf(config, engine, input)) {
      yield chunk;
      bytes += chunk.length;
      onBytes(bytes);
    }
  } catch (error) {
    throw explainDatabaseError(error, engine.describe("owner"));
  } finally {
    await engine.close();
  }
}

async function* archiveOf(config: Config, engine: Engine, input: TakeBackupInput): AsyncGenerator<Uint8Array> {
  const owner = await reachablePool(engine, "owner");
  const migrations = await appliedMigrations(owner);
  const program = engine.copy ? null : await findProgram("pg_dump", config.pgBin?.value);
  if (program) requireNotOlder(program, await serverVersion(owner));
  // A copy of the directory can't leave anything out.
  const without = engine.copy || input.withSecrets ? [] : [KEY_TABLE];
  const archive = new ArchiveWriter();
  const client = await owner.connect();
  try {
    await requireAllRows(client);
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const facts = await databaseFacts(client, without);
    if (program) {
      const { rows } = await client.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
      const args = ["--format=custom", `--snapshot=${rows[0]?.id}`, ...without.map((table) => `--exclude-table-data=${table}`)];
      yield* archive.parts(DUMP, readFrom(program, config.ownerUrl?.value ?? "", args));
    }
    await client.query("COMMIT");
    if (engine.copy) yield* archive.parts(COPY, once(await engine.copy()));
    if (input.withSecrets && config.stored) yield* archive.file(CONFIG_FILE, readFileSync(config.configFile));
    const manifest = {
      ...facts,
      ...({ format: 1, kind: "azora-backup", azora: VERSION, createdAt: new Date().toISOString() } as const),
      ...{ engine: config.engine.value, program: program?.version ?? null, migrations },
      ...{ mode: config.mode.value, operator: config.mode.value === "vendor" ? config.controlLogin.value : null },
      ...{ secrets: input.withSecrets && config.stored !== undefined, contextKeys: without.length === 0 },
    };
    yield* archive.end(manifest, input.onManifest);
  } finally {
    client.release(true);
  }
}

async function appliedMigrations(owner: Pool): Promise<readonly string[]> {
  const { applied, unknown } = await compareHistory(owner);
  if (applied.length > 0) return [...applied, ...unknown];
  throw new AzoraError("NOT_MIGRATED", "This database has none of azora's schema: there is nothing to back up.", {
    hint: "`azora init` sets it up; for any other database use pg_dump itself.",
  });
}

/** Rows that row security hides would be missing without a word. @throws AzoraError NOT_PERMITTED */
async function requireAllRows(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ login: string; all: boolean }>(
    'SELECT rolname::text AS login, rolsuper OR rolbypassrls AS "all" FROM pg_roles WHERE rolname = current_user',
  );
  if (rows[0]?.all) return;
  throw new AzoraError("NOT_PERMITTED", `${rows[0]?.login} can't see every tenant's rows, which a backup has to hold.`, {
    hint: "Use a superuser's connection string as AZORA_OWNER_URL, or that of a login with BYPASSRLS.",
  });
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
