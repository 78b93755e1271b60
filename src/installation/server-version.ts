import type { Pool } from "pg";
import { AzoraError } from "../errors.js";

export const OLDEST_SERVER = 15;
export const NEWEST_SERVER = 18;

/** The server's major version, such as 17. */
export async function serverVersion(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ version: number }>("SELECT current_setting('server_version_num')::int / 10000 AS version");
  return rows[0]?.version ?? 0;
}

/** @throws AzoraError CONFLICT for a server older than any that azora works with */
export async function requireSupportedServer(pool: Pool): Promise<void> {
  const version = await serverVersion(pool);
  if (version >= OLDEST_SERVER) return;
  throw new AzoraError("CONFLICT", `PostgreSQL ${version} is too old.`, {
    hint: `azora works with PostgreSQL ${OLDEST_SERVER} to ${NEWEST_SERVER}.`,
  });
}
