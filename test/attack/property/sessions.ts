import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
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
  const clients = await Promise.all(Array.from({ length: POOL_SIZE }, () => take(pool)));
  return (await Promise.all(clients.map(leftOn))).flat();
}

/** A connection that dies while it is held says so in an event, which ends the process unless it is heard. */
async function take(pool: Pool): Promise<PoolClient> {
  return (await pool.connect()).on("error", ignore);
}

async function leftOn(client: PoolClient): Promise<string[]> {
  // A session that has ended in the meantime holds nothing.
  const answer = await client.query<Record<string, unknown>>(LEFT).catch((error: Error) => error);
  client.removeListener("error", ignore);
  client.release(answer instanceof Error);
  const [row] = answer instanceof Error ? [] : answer.rows;
  return Object.entries(row ?? {})
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `a connection goes back to the pool with ${name}: ${String(value)}`);
}

function ignore(): void {}

const LEFT = `
  SELECT current_setting('azora.context', true) AS context,
         current_setting('app.note', true) AS note,
         (SELECT string_agg(name || '=' || setting, ', ') FROM pg_settings WHERE source = 'session' AND name NOT LIKE 'transaction\\_%') AS settings,
         (SELECT string_agg(name, ', ') FROM pg_cursors WHERE is_holdable) AS cursors,
         (SELECT string_agg(name, ', ') FROM pg_prepared_statements WHERE from_sql) AS statements,
         (SELECT string_agg(c, ', ') FROM pg_listening_channels() c) AS channels,
         (SELECT string_agg(objid::text, ', ') FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks,
         nullif(current_user::text, session_user::text) AS role`;

/** Ends a session of the tenant plane every few milliseconds, until it is told to pass. */
export function endSessions(world: World): { pass(): Promise<void> } {
  let over = false;
  const storm = (async () => {
    while (!over) {
      await world.look(END_ONE);
      await sleep(randomInt(5, 40));
    }
  })();
  return {
    pass: () => {
      over = true;
      return storm;
    },
  };
}

const END_ONE = `
  SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
  WHERE application_name = 'azora tenant' AND datname = current_database() ORDER BY random() LIMIT 1`;
