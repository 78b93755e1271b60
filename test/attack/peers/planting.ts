import type { ClientBase } from "pg";
import type { Fault } from "../faults/read-faults.js";

/**
 * Gives what is azora's the names by which the others look for it: the tenants' schema is `public`, with the table
 * `tenants` and the column `tenant_id`; the runtime login is `authenticated`, the control plane `anon`.
 */
const RENAME = `
DO $$ DECLARE item record; BEGIN
  IF to_regnamespace('public') IS NOT NULL THEN ALTER SCHEMA public RENAME TO public_before; END IF;
  ALTER SCHEMA tenant RENAME TO public;
  FOR item IN SELECT a.attrelid::regclass AS relation FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attname = 'account_id' AND NOT a.attisdropped AND a.attinhcount = 0
  LOOP EXECUTE format('ALTER TABLE %s RENAME COLUMN account_id TO tenant_id', item.relation); END LOOP;
END $$;
ALTER TABLE control.accounts RENAME TO tenants;
ALTER TABLE control.tenants SET SCHEMA public;
ALTER ROLE azora_runtime RENAME TO authenticated;
ALTER ROLE azora_support RENAME TO anon;
`;

/** The statements that plant a fault, or none, and rename. */
export function plantingSql(fault: Fault | null): string {
  return `${fault?.sql ?? ""};\nRESET ROLE; RESET search_path;\n${RENAME}`;
}

/** Runs `work` in a transaction in which these statements were run, and undoes them. */
export async function whilePlanted<T>(client: ClientBase, sql: string, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    return await work();
  } finally {
    await client.query("ROLLBACK");
    await client.query("DISCARD ALL");
  }
}
