import { readFile } from "node:fs/promises";
import type { Pool } from "pg";
import { directoryOf, WEBSHOP } from "./samples/samples.js";

/** As `prisma migrate deploy` leaves it, with one migration that succeeded and one that was rolled back. */
const HISTORY = `
  CREATE TABLE public._prisma_migrations (
    id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
    logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0
  );
  INSERT INTO public._prisma_migrations (id, checksum, finished_at, migration_name, logs, rolled_back_at, applied_steps_count) VALUES
    (gen_random_uuid(), repeat('a', 64), now(), '20240101000000_shops', NULL, NULL, 1),
    (gen_random_uuid(), repeat('b', 64), NULL, '20240201000000_orders', 'syntax error', now(), 0);`;

/** Makes an application's database: tables with rows, and the history of migrations of its own. */
export async function installApplication(owner: Pool): Promise<void> {
  await owner.query(await readFile(new URL("schema.sql", directoryOf(WEBSHOP)), "utf8"));
  await owner.query(HISTORY);
}

/** Everything that there is to the application's history: its rows and who wrote them when, its owner, its rights. */
export async function historyOf(owner: Pool): Promise<unknown> {
  const { rows } = await owner.query(`
    SELECT c.oid, c.relfilenode, c.relowner, c.relacl::text, (SELECT json_agg(row_to_json(m)::jsonb || jsonb_build_object('ctid', m.ctid, 'xmin', m.xmin::text) ORDER BY m.id)
      FROM public._prisma_migrations m) AS rows FROM pg_class c WHERE c.oid = 'public._prisma_migrations'::regclass`);
  return rows[0];
}
