import { randomUUID } from "node:crypto";
import { Pool } from "pg";
import { urlOf } from "../../support/server-template.js";

/** Rows of each table in a thousand. */
const SHARES = {
  batches: 100,
  documents: 100,
  document_revisions: 200,
  test_results: 200,
  nonconformances: 50,
  corrective_actions: 50,
  audit_log: 300,
} as const;

/** Ids in the order of their numbers, like uuid7's: rows of one account lie together in their index. */
const id = (number: string) => `(lpad(to_hex((${number})::bigint), 12, '0') || '70008000000000000000')::uuid`;

/** Each statement makes a table's rows of all accounts, by number and not by account: interleaved on disk. */
const INSERTS: Readonly<Record<keyof typeof SHARES, string>> = {
  batches: `INSERT INTO tenant.batches (account_id, id, number, product, quantity, unit)
    SELECT a, ${id("g")}, 'B-' || g, 'product ' || g % 50, g, 'kg'`,
  documents: `INSERT INTO tenant.documents (account_id, id, number, title, owner_id)
    SELECT a, ${id("g")}, 'D-' || g, 'document ' || g, ${id("1")}`,
  document_revisions: `INSERT INTO tenant.document_revisions (account_id, id, document_id, revision, summary, body, author_id)
    SELECT a, ${id("g")}, ${id("(g + 1) / 2")}, 1 + g % 2, 'changed', repeat('text ', 20), ${id("1")}`,
  test_results: `INSERT INTO tenant.test_results (account_id, id, batch_id, document_id, analyst_id, parameter, value, unit, passed)
    SELECT a, ${id("g")}, ${id("(g + 1) / 2")}, ${id("(g + 1) / 2")}, ${id("1")}, 'parameter ' || g, 7, 'pH', true`,
  nonconformances: `INSERT INTO tenant.nonconformances (account_id, id, number, title, severity, batch_id, document_id, reported_by_id)
    SELECT a, ${id("g")}, 'N-' || g, 'nonconformance ' || g, 'major', ${id("g")}, ${id("g")}, ${id("1")}`,
  corrective_actions: `INSERT INTO tenant.corrective_actions (account_id, id, nonconformance_id, assignee_id, title)
    SELECT a, ${id("g")}, ${id("g")}, ${id("1")}, 'action ' || g`,
  audit_log: `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
    SELECT a, 'bench', 'create', 'documents', ${id("g")}::text, jsonb_build_object('number', 'D-' || g, 'title', 'document ' || g)`,
};

/**
 * Fills a database with tenants of the same size. Their rows are as the application makes them; only the log's are
 * made directly, since logging a million writes one by one is not what is measured.
 * @param rows of each tenant, linked, its audit log included
 * @returns the tenants' ids
 */
export async function fillTenants(
  serverUrl: string,
  database: string,
  { tenants, rows }: { readonly tenants: number; readonly rows: number },
): Promise<readonly string[]> {
  const pool = new Pool({ connectionString: urlOf(serverUrl, database), max: 1 });
  const ids = Array.from({ length: tenants }, () => randomUUID());
  try {
    const tables = ["users", ...Object.keys(SHARES)].map((name) => `tenant.${name}`);
    await pool.query(`INSERT INTO control.accounts (id, slug, name, contact_email)
      SELECT a, 'bench-' || n, 'bench', 'bench@bench.test' FROM unnest('{${ids}}'::uuid[]) WITH ORDINALITY t(a, n)`);
    for (const table of tables) await pool.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await pool.query("ALTER TABLE tenant.audit_log ENABLE ALWAYS TRIGGER row_hash");
    await pool.query(`INSERT INTO tenant.users (account_id, id, email, name)
      SELECT a, ${id("1")}, 'bench@bench.test', 'bench' FROM unnest('{${ids}}'::uuid[]) a`);
    for (const [table, share] of Object.entries(SHARES)) {
      const number = Math.round((rows * share) / 1000);
      const insert = INSERTS[table as keyof typeof SHARES];
      await pool.query(`${insert} FROM generate_series(1, ${number}) g CROSS JOIN unnest('{${ids}}'::uuid[]) a ORDER BY g`);
    }
    const { rows: triggers } = await pool.query<{ sql: string }>(`
      SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', tgrelid::regclass, tgname) AS sql FROM pg_trigger
      WHERE tgrelid = ANY ('{${tables}}'::regclass[]) AND NOT tgisinternal`);
    for (const { sql } of triggers) await pool.query(sql);
    await pool.query("VACUUM (ANALYZE)");
  } finally {
    await pool.end();
  }
  return ids;
}
