import { checkFilter, checkpointsSql, field, type Log, type LogFilter } from "../database/logs/log.js";
import { explainDatabaseError } from "../database/sql-errors.js";
import { LOG_READS } from "../database/wire/read-log.js";
import { AzoraError } from "../errors.js";
import { TENANT_LINE } from "../seal/line.js";
import { checkContext, contextSigner, type TenantContext } from "./context.js";
import type { TenantConnection } from "./tenant-db.js";

/** A tenant's audit log, and the line about its reading. */
export interface TenantLog extends Log {
  /**
   * Writes into the log that it is read: on disk before the first row is handed over.
   * @param method `audit.export` and the like
   * @param what how it is read: filters and cursors
   */
  recordReading(method: string, what: object): Promise<void>;
}

const FIELDS = {
  id: field("uuid", "id"),
  occurredAt: field("time", "occurred_at"),
  accountId: field("uuid", "account_id"),
  actor: field("text", "actor"),
  operation: field("text", "operation"),
  subject: field("text", "subject"),
  rowId: field("text", "row_id"),
  method: field("text", "method"),
  filter: field("json", "filter"),
  rowCount: field("integer", "row_count"),
  oldValues: field("json", "old_values"),
  newValues: field("json", "new_values"),
  transactionId: field("integer", "transaction_id"),
  contentHash: field("text", "encode(content_hash, 'hex')"),
};

const COLUMNS = { actor: "actor", action: "operation", table: "subject", row: "row_id" } as const;

const OPERATIONS = ["create", "read", "update", "delete"];

/**
 * The audit log of one tenant, as the context's actor reads it: over the tenant's own connection, with what row
 * security shows it.
 * @throws AzoraError INVALID_INPUT for a context that can't be signed
 */
export function tenantAuditLog({ engine, contextKey }: TenantConnection, context: TenantContext): TenantLog {
  checkContext(context);
  const token = contextSigner(contextKey, context);
  const own = `account_id = '${context.accountId}'`;
  const attempt: Log["attempt"] = async (run) => {
    try {
      return await run();
    } catch (error) {
      throw explainDatabaseError(error, engine.describe("tenant"));
    }
  };
  return {
    engine,
    login: "tenant",
    table: "tenant.audit_log",
    line: TENANT_LINE,
    fields: FIELDS,
    checkpoints: checkpointsSql({ checkpoints: "tenant.audit_checkpoints", retentions: "tenant.audit_retentions", where: own }),
    lastCheckpoint: `SELECT hash FROM tenant.audit_checkpoints WHERE ${own} ORDER BY sequence DESC LIMIT 1`,
    columns: COLUMNS,
    dimensions: { actor: "actor", action: "operation::text", table: "subject" },
    // Row security says the same; a distributed database routes by it.
    within: own,
    enter: (client) => client.query(engine.setContext, [token()]),
    attempt,
    async recordReading(method, what) {
      const entry = { subject: "audit_log", method, filter: what };
      await attempt(async () => (await engine.pool("tenant")).query(LOG_READS, [token(), JSON.stringify([entry]), true]));
    },
  };
}

/** Refuses a filter before anything is logged of it. @throws AzoraError INVALID_INPUT */
export function checkTenantFilter(log: TenantLog, filter: LogFilter): void {
  const { action } = filter;
  if (action !== undefined && !OPERATIONS.includes(action)) {
    throw new AzoraError("INVALID_INPUT", `"${action}" is not an action of the audit log.`, {
      hint: `Actions: ${OPERATIONS.join(", ")}.`,
    });
  }
  checkFilter(log, filter);
}
