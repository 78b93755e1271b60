import type { ClientBase } from "pg";
import { AzoraError } from "../../errors.js";

/** How long a reader waits for another's lock, and for one answer; in milliseconds. */
export interface ReadLimits {
  readonly lockMs: number;
  readonly statementMs: number;
}

/** Sessions that hold the one lock which even a reader waits for: a migration, TRUNCATE, VACUUM FULL. */
const HOLDERS = `
  SELECT string_agg(held, ', ') AS held FROM (
    SELECT DISTINCT l.relation::regclass || ' by session ' || l.pid AS held FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid()
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1 LIMIT 5) h`;

/**
 * What kept the catalog from being read, where that is a lock or a time limit; any other error as it is.
 * @param client the connection, its failed statements undone
 */
export async function explainUnread(client: ClientBase, error: unknown, limits: ReadLimits): Promise<unknown> {
  const { code } = error as { readonly code?: unknown };
  if (code === "57014") {
    const message = `The catalog could not be read: one statement took longer than ${limits.statementMs / 1000} s.`;
    return new AzoraError("UNDECIDED", message, { hint: "Run it again when the server has less to do.", cause: error });
  }
  if (code !== "55P03") return error;
  const { rows } = await client.query<{ held: string | null }>(HOLDERS);
  const held = rows[0]?.held ?? "by a session that has ended since";
  return new AzoraError(
    "UNDECIDED",
    `The catalog could not be read: for longer than ${limits.lockMs / 1000} s something was locked (${held}).`,
    { hint: "Run it again when that migration is done.", cause: error },
  );
}
