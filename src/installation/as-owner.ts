import type { Pool } from "pg";
import type { Config } from "../config.js";
import type { Engine } from "../database/engine.js";
import { explainDatabaseError } from "../database/sql-errors.js";
import { openInstallation } from "./open.js";

/**
 * Works with the owner's login, and the others' where the work asks the engine for them, and closes the installation, whatever happens.
 * @throws AzoraError what the work throws, and what PostgreSQL says explained
 */
export async function asOwner<T>(config: Config, work: (owner: Pool, engine: Engine) => Promise<T>): Promise<T> {
  const installation = openInstallation(config);
  try {
    return await work(await installation.owner(), installation.engine);
  } catch (error) {
    throw explainDatabaseError(error, installation.engine.describe("owner"));
  } finally {
    await installation.close();
  }
}
