import { Client } from "pg";

/** What a connection to the server still has of whoever used it before. */
export interface LeftBehind {
  readonly pid: number;
  readonly context: string | null;
  /** Every setting that a statement changed for the session, but for those that PgBouncer itself keeps in step. */
  readonly settings: readonly string[];
  readonly note: string | null;
  readonly cursors: readonly string[];
  /** Made by PREPARE; those of the protocol are the bouncer's to keep. */
  readonly prepared: readonly string[];
  readonly channels: readonly string[];
  readonly locks: readonly string[];
  /** Rows to be seen by somebody who has no context. */
  readonly documents: number;
}

/** As a connection should be that nobody is using. */
export const NOTHING: Omit<LeftBehind, "pid"> = {
  context: null,
  settings: [],
  note: null,
  cursors: [],
  prepared: [],
  channels: [],
  locks: [],
  documents: 0,
};

const LOOK = `
  SELECT pg_backend_pid() AS pid,
    nullif(current_setting('azora.context', true), '') AS context,
    ARRAY(SELECT name || '=' || setting FROM pg_settings WHERE source = 'session' AND lower(name) NOT IN
      ('application_name', 'client_encoding', 'datestyle', 'timezone', 'standard_conforming_strings', 'intervalstyle',
       'transaction_isolation', 'transaction_read_only', 'transaction_deferrable')) AS settings,
    nullif(current_setting('app.note', true), '') AS note,
    ARRAY(SELECT name FROM pg_cursors) AS cursors,
    ARRAY(SELECT name FROM pg_prepared_statements WHERE from_sql) AS prepared,
    ARRAY(SELECT pg_listening_channels()) AS channels,
    ARRAY(SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
    (SELECT count(*)::int FROM tenant.documents) AS documents`;

// In one message, so that the pooler hands the connection to nobody in between.
const WIPE = "ROLLBACK; CLOSE ALL; RESET ALL; DEALLOCATE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all()";

/**
 * Looks at every server connection behind a pooler, and wipes it: what one test finds is
 * not the next one's. It holds all of them at once, each by an open transaction, so that none can
 * hide behind another.
 * @param url the tenant plane's login, by way of the pooler
 * @param connections how many the pooler has
 */
export async function leftBehind(url: string, connections: number): Promise<LeftBehind[]> {
  const clients = Array.from({ length: connections }, () => new Client({ connectionString: url }));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await Promise.all(clients.map((client) => client.query("BEGIN")));
    const found = await Promise.all(clients.map((client) => client.query<LeftBehind>(LOOK)));
    await Promise.all(clients.map((client) => client.query(WIPE)));
    return found.map(({ rows: [row] }) => row as LeftBehind);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
