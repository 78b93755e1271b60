import { countLog, type LogCounts } from "../database/logs/count.js";
import { entriesOf, toEntry } from "../database/logs/entries.js";
import { type ExportQuery, type LogExport, openExport } from "../database/logs/export.js";
import type { LogFilter } from "../database/logs/log.js";
import { parseSnapshot } from "../database/logs/snapshot.js";
import { type TailOptions, tailLog } from "../database/logs/tail.js";
import type { AuditLog } from "../generated/tenant/client.js";
import { checkTenantFilter, tenantAuditLog } from "./audit-log.js";
import type { TenantContext } from "./context.js";
import type { TenantConnection } from "./tenant-db.js";

/** One thing done in a tenant, as it is exported. */
export interface AuditEntry extends Omit<AuditLog, "transactionId" | "contentHash"> {
  readonly transactionId: number;
  /** SHA-256 of the entry as it was written, hex: docs/audit-format.md. */
  readonly contentHash: string;
}

/**
 * Opens an export of a tenant's audit log: lines of JSON in the order of their ids, in constant memory, and the cursor where
 * the next one continues. Reading is logged first; entries made after the start are left out.
 * @throws AzoraError INVALID_INPUT, ACCOUNT_SUSPENDED, ACCOUNT_GONE
 */
export async function exportAuditLog(
  connection: TenantConnection,
  context: TenantContext,
  query: ExportQuery = {},
): Promise<LogExport> {
  const log = tenantAuditLog(connection, context);
  const { jsonAsText: _, checkpoints: __, ...what } = query;
  const { after, ...filter } = what;
  checkTenantFilter(log, filter);
  if (after !== undefined) parseSnapshot(after);
  await log.recordReading("audit.export", what);
  return openExport(log, query);
}

/** The same as entries, one by one. @throws AzoraError as exportAuditLog() */
export async function* readAuditLog(
  connection: TenantConnection,
  context: TenantContext,
  query: ExportQuery = {},
): AsyncGenerator<AuditEntry> {
  const { lines } = await exportAuditLog(connection, context, query);
  yield* entriesOf<AuditEntry>(lines);
}

/**
 * The end of a tenant's audit log, and with `follow` what is added to it: see tailLog(). That somebody looks is logged
 * once, when it begins, and is the first thing that a follower sees.
 * @throws AzoraError as exportAuditLog(); without `follow` connection errors as well
 */
export async function* tailAuditLog(
  connection: TenantConnection,
  context: TenantContext,
  options: TailOptions,
): AsyncGenerator<AuditEntry> {
  const { filter = {}, after, lines, follow } = options;
  const log = tenantAuditLog(connection, context);
  checkTenantFilter(log, filter);
  if (after !== undefined) parseSnapshot(after);
  await log.recordReading("audit.tail", { ...filter, ...(after === undefined ? { lines } : { after }), follow });
  for await (const line of tailLog(log, options)) yield toEntry<AuditEntry>(line);
}

/**
 * Counts the entries of a tenant's audit log by actor, action, table and day. That is logged as a reading.
 * @param top how many names of each are told
 * @throws AzoraError as exportAuditLog()
 */
export async function countAuditLog(
  connection: TenantConnection,
  context: TenantContext,
  { filter = {}, top }: { readonly filter?: LogFilter; readonly top: number },
): Promise<LogCounts> {
  const log = tenantAuditLog(connection, context);
  checkTenantFilter(log, filter);
  await log.recordReading("audit.stats", filter);
  return countLog(log, filter, top);
}
