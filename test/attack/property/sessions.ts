import type { Pool } from "pg";
import type { World } from "../../support/world.js";

/** Connections that all tenants of a run share: few, so that each is handed on all the time. */
export const POOL_SIZE = 3;

/** Narrows the pool of the tenant plane. */
export async function shareFew(world: World): Promise<void> {
  const pool = (await world.engine.pool("tenant")) as Pool & { options: { max: number } };
  pool.options.max = POOL_SIZE;
}

/** What is left on connections that nobody holds: nothing of anybody's should be. */
export async function leftOnSessions(world: World): Promise<string[]> {
  if (world.kind === "embedded") return [];
  const pool = await world.engine.pool("tenant");
  const clients = await Promise.all(Array.from({ length: POOL_SIZE }, () => pool.connect()));
  try {
    const answers = await Promise.all(
      clients.map(async (client) => (await client.query<Record<string, unknown>>(LEFT)).rows[0] ?? {}),
    );
    return answers.flatMap((answer) =>
      Object.entries(answer)
        .filter(([, value]) => value !== null && value !== "")
        .map(([name, value]) => `a connection goes back to the pool with ${name}: ${String(value)}`),
    );
  } finally {
    for (const client of clients) client.release();
  }
}

const LEFT = `
  SELECT current_setting('azora.context', true) AS context,
         current_setting('app.note', true) AS setting,
         (SELECT string_agg(name, ', ') FROM pg_cursors WHERE is_holdable) AS cursors,
         (SELECT string_agg(name, ', ') FROM pg_prepared_statements WHERE from_sql) AS statements,
         (SELECT string_agg(c, ', ') FROM pg_listening_channels() c) AS channels,
         (SELECT string_agg(objid::text, ', ') FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks,
         nullif(current_user::text, session_user::text) AS role`;
