import type { Pool, PoolClient } from "pg";
import { type Config, checkUrl, readSecretFile } from "../config.js";
import type { Engine } from "../database/engine.js";
import { openServer } from "../database/server.js";
import { explainDatabaseError } from "../database/sql-errors.js";
import { asOwner } from "./as-owner.js";

/**
 * Works on one connection of the owner's: of this installation, or of the database that a file's connection string
 * names, which needs no azora in it.
 * @param work gets the installation's engine as well; null for another database, of which only the owner's login is known
 * @throws AzoraError CONFIG_INVALID (file), NOT_CONFIGURED, UNREACHABLE, AUTHENTICATION_FAILED, and what the work throws
 */
export async function withOwnerConnection<T>(
  config: () => Config,
  ownerUrlFile: string | undefined,
  work: (client: PoolClient, engine: Engine | null) => Promise<T>,
): Promise<T> {
  if (ownerUrlFile === undefined) {
    return asOwner(config(), (owner, engine) => lend(owner, (client) => work(client, engine)));
  }
  const url = readSecretFile(ownerUrlFile, "--owner-url-file");
  checkUrl(url, "--owner-url-file");
  const engine = openServer({ owner: url });
  try {
    return await lend(await engine.pool("owner"), (client) => work(client, null));
  } catch (error) {
    throw explainDatabaseError(error, engine.describe("owner"));
  } finally {
    await engine.close();
  }
}

/** Works on one connection of a pool, which is closed afterwards. */
export async function lend<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    // Whatever was tried on it goes with it.
    client.release(true);
  }
}
