import type { Config } from "../config.js";
import { countAdminAudit } from "../control-plane/read-admin-audit.js";
import type { LogCounts } from "../database/logs/count.js";
import type { LogFilter } from "../database/logs/log.js";
import { countAuditLog } from "../tenant-plane/read-audit-log.js";
import { readerOf } from "./audit-logs.js";
import type { Installation } from "./open.js";

export interface CountAuditInput {
  /** Slug or id; without one it is the control plane's log. */
  readonly tenant: string | undefined;
  /** Whom the tenant's log shall name as its reader. */
  readonly actor: string;
  readonly filter: LogFilter;
  /** How many names of each dimension are told. */
  readonly top: number;
}

/**
 * Counts what is in one of the logs.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, INVALID_INPUT, ACCOUNT_SUSPENDED, and as the installation does
 */
export async function countAudit(installation: Installation, config: Config, input: CountAuditInput): Promise<LogCounts> {
  const { tenant, actor, ...how } = input;
  if (tenant === undefined) return countAdminAudit(await installation.control(), how);
  const { connection, context } = await readerOf(installation, config, { tenant, actor });
  return countAuditLog(connection, context, how);
}
