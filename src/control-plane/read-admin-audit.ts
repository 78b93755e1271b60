import { countLog, type LogCounts } from "../database/logs/count.js";
import { entriesOf, toEntry } from "../database/logs/entries.js";
import { type ExportQuery, type LogExport, openExport } from "../database/logs/export.js";
import type { LogFilter } from "../database/logs/log.js";
import { type TailOptions, tailLog } from "../database/logs/tail.js";
import { adminAuditLog } from "./admin-audit-log.js";
import type { ControlConnection } from "./connection.js";

/** One control-plane action, as it is exported. */
export interface AdminAuditEntry {
  readonly id: number;
  readonly occurredAt: Date;
  /** The login that acted: PostgreSQL's session_user. */
  readonly operator: string;
  readonly action: string;
  readonly outcome: "done" | "refused" | "failed";
  readonly accountId: string | null;
  readonly accountSlug: string | null;
  /** What the action changed, before and after. */
  readonly oldValues: unknown;
  readonly newValues: unknown;
  readonly reason: string | null;
  /** What a refusal said. */
  readonly message: string | null;
  /** What the client said of itself: the command, and one id for all that one run did. */
  readonly command: string | null;
  readonly requestId: string | null;
  readonly transactionId: number;
  /** SHA-256 of the entry as it was written, hex: docs/audit-format.md. */
  readonly contentHash: string;
}

/**
 * Opens an export of admin_audit_log: lines of JSON in the order of their ids, in constant memory, and the cursor
 * where the next one continues.
 * @throws AzoraError NOT_PERMITTED, INVALID_INPUT
 */
export function exportAdminAudit(connection: ControlConnection, query: ExportQuery = {}): Promise<LogExport> {
  return openExport(adminAuditLog(connection, "audit.export"), query);
}

/** The same as entries, one by one. @throws AzoraError as exportAdminAudit() */
export async function* readAdminAudit(connection: ControlConnection, query: ExportQuery = {}): AsyncGenerator<AdminAuditEntry> {
  const { lines } = await exportAdminAudit(connection, query);
  yield* entriesOf<AdminAuditEntry>(lines);
}

/**
 * The end of admin_audit_log, and with `follow` whatever is added to it: see tailLog().
 * @throws AzoraError as exportAdminAudit(); without `follow` connection errors as well
 */
export async function* tailAdminAudit(connection: ControlConnection, options: TailOptions): AsyncGenerator<AdminAuditEntry> {
  for await (const line of tailLog(adminAuditLog(connection, "audit.tail"), options)) yield toEntry<AdminAuditEntry>(line);
}

/**
 * Counts the entries of admin_audit_log by operator, action, outcome, tenant and day.
 * @param top how many names of each are told
 * @throws AzoraError as exportAdminAudit()
 */
export function countAdminAudit(
  connection: ControlConnection,
  { filter = {}, top }: { readonly filter?: LogFilter; readonly top: number },
): Promise<LogCounts> {
  return countLog(adminAuditLog(connection, "audit.stats"), filter, top);
}
