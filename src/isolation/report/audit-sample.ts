import { randomUUID } from "node:crypto";
import type { ClientBase } from "pg";

/** Lines of both logs about a tenant that was made for it and never committed. */
export interface AuditSample {
  readonly statements: readonly string[];
  /** What the tenant's own log holds of them. */
  readonly tenantLog: readonly AuditLine[];
  /** What the vendor's log holds of them. */
  readonly adminLog: readonly AuditLine[];
  /** Why lines are missing; null when none are. */
  readonly why: string | null;
}

/** One line of a log, with the columns that it has. */
export type AuditLine = Readonly<Record<string, unknown>>;

const TIMEOUTS = "SET LOCAL statement_timeout = 10000; SET LOCAL lock_timeout = 2000";

/** What a tenant's day leaves in the logs: $1 is the account wherever it is named. */
const DAY = [
  "SELECT guard.enter($1, 'synthetic reviewer')",
  "INSERT INTO tenant.documents (account_id, number, title) VALUES ($1, 'SOP-001', 'Synthetic procedure')",
  "UPDATE tenant.documents SET title = 'Synthetic procedure, second issue' WHERE account_id = $1",
  `SELECT guard.log_reads(current_setting('azora.context'), '[{"subject":"documents","method":"findMany","filter":{"where":{"number":"?"}},"rows":1}]', true) FROM (SELECT $1::uuid) synthetic`,
  "DELETE FROM tenant.documents WHERE account_id = $1",
  "SELECT guard.leave() FROM (SELECT $1::uuid) synthetic",
  "SELECT control.suspend_account($1, 'synthetic: invoice open', true)",
] as const;

const TENANT_LOG = `
  SELECT occurred_at, actor, operation, subject, method, filter, row_count, old_values, new_values
  FROM tenant.audit_log WHERE account_id = $1 AND subject = 'documents' ORDER BY id`;
const ADMIN_LOG = `
  SELECT occurred_at, operator, action, outcome, account_slug, detail
  FROM control.admin_audit_log WHERE account_id = $1 ORDER BY id`;

/**
 * Makes a tenant, works in it, reads what the logs say, and rolls all of it back.
 * @param client the owner's; not inside a transaction
 */
export async function sampleAudit(client: ClientBase): Promise<AuditSample> {
  const slug = `synthetic-${randomUUID().slice(0, 8)}`;
  const create = `SELECT account_id FROM control.create_account('${slug}', 'Synthetic tenant', 'nobody@synthetic.invalid', 'free', false)`;
  const statements = [create, ...DAY];
  await client.query("BEGIN");
  try {
    await client.query(TIMEOUTS);
    const account = (await client.query<{ account_id: string }>(create)).rows[0]?.account_id;
    for (const statement of DAY) await client.query(statement, [account]);
    // The lines stand under row security, also for an owner who is no superuser.
    await client.query("SELECT guard.enter($1, 'synthetic reviewer')", [account]);
    await client.query("UPDATE control.accounts SET status = 'active', suspension = NULL WHERE id = $1", [account]);
    const tenantLog = (await client.query<AuditLine>(TENANT_LOG, [account])).rows.map(plain);
    const adminLog = (await client.query<AuditLine>(ADMIN_LOG, [account])).rows.map(plain);
    return { statements, tenantLog, adminLog, why: null };
  } catch (error) {
    return { statements, tenantLog: [], adminLog: [], why: (error as Error).message };
  } finally {
    await client.query("ROLLBACK");
  }
}

/** As it stands in JSON, so that a report read back is the report that was written. */
function plain(line: AuditLine): AuditLine {
  return JSON.parse(JSON.stringify(line)) as AuditLine;
}
