import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "pg";
import type { Config } from "../../config.js";
import { hidePassword } from "../../database/server.js";
import { writePrivateFile } from "../config-store.js";

/** What a completion takes from the database. */
export interface Names {
  readonly tenants: readonly string[];
  readonly operators: readonly string[];
  readonly plans: readonly string[];
}

/** What was read of one database, and when somebody last asked it. */
export interface KnownNames {
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly names: Names;
}

interface NamesFile {
  readonly version: 1;
  /** By database: what the environment names for once doesn't take the place of what is here always. */
  readonly databases: Readonly<Record<string, KnownNames>>;
}

/** Before anything was read. */
export const NOTHING: Names = { tenants: [], operators: [], plans: [] };
/** More of them nobody looks through, and each costs at every key. */
const MOST = 10_000;
const MOST_DATABASES = 5;

/** Leaves the names for later completions. Whatever goes wrong, the work that was done before is done. */
export async function rememberNames(config: Config, pool: Pool): Promise<void> {
  try {
    writeCache(config, undefined, await readNames(pool));
  } catch {
    // A login that may not read them, or a database that is going down.
  }
}

/** Reads the names, on one connection. */
export async function readNames(pool: Pool): Promise<Names> {
  const { rows } = await pool.query<{ tenants: string[]; plans: string[]; may_list_operators: boolean }>(
    `SELECT ARRAY(SELECT slug FROM control.accounts ORDER BY slug LIMIT ${MOST}) AS tenants,
            ARRAY(SELECT code FROM control.plans WHERE archived_at IS NULL ORDER BY code LIMIT ${MOST}) AS plans,
            pg_catalog.has_table_privilege('control.operators', 'SELECT') AS may_list_operators`,
  );
  const [{ tenants, plans, may_list_operators } = { ...NOTHING, may_list_operators: false }] = rows;
  if (!may_list_operators) return { tenants, plans, operators: [] };
  const operators = await pool.query<{ login: string }>(`SELECT login FROM control.operators ORDER BY login LIMIT ${MOST}`);
  return { tenants, plans, operators: operators.rows.map(({ login }) => login) };
}

function cacheFile({ dataDir }: Config): string {
  return join(dataDir.value, "completion.json");
}

function databaseName(url: string | undefined): string {
  return url === undefined ? "embedded" : hidePassword(url);
}

/**
 * The names of a database, as somebody last read them.
 * @param url of the server that they are of; undefined for the embedded database
 */
export function readCache(config: Config, url: string | undefined): KnownNames | undefined {
  const known = readFile(config)[databaseName(url)];
  return known && Object.values({ ...NOTHING, ...known.names }).every(Array.isArray) ? known : undefined;
}

/** Keeps the names in a file of mode 0600 in the data directory. */
export function writeCache(config: Config, url: string | undefined, names: Names): void {
  try {
    const known = Object.entries(readFile(config)).filter(([database]) => database !== databaseName(url));
    const latest = known.sort(([, one], [, other]) => other.askedAt - one.askedAt).slice(0, MOST_DATABASES - 1);
    const databases = { [databaseName(url)]: { askedAt: Date.now(), names }, ...Object.fromEntries(latest) };
    const content: NamesFile = { version: 1, databases };
    writePrivateFile(cacheFile(config), content);
  } catch {
    // Then it is asked again each time.
  }
}

function readFile(config: Config): NamesFile["databases"] {
  try {
    const { version, databases } = JSON.parse(readFileSync(cacheFile(config), "utf8")) as NamesFile;
    return version === 1 && typeof databases === "object" ? { ...databases } : {};
  } catch {
    // None yet, or one that somebody broke: the next one takes its place.
    return {};
  }
}
