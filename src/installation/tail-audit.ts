import type { Config } from "../config.js";
import { type AdminAuditEntry, tailAdminAudit } from "../control-plane/read-admin-audit.js";
import type { TailOptions } from "../database/logs/tail.js";
import { type AuditEntry, tailAuditLog } from "../tenant-plane/read-audit-log.js";
import { readerOf } from "./audit-logs.js";
import type { Installation } from "./open.js";

export interface TailAuditInput {
  /** Slug or id; without one it is the control plane's log. */
  readonly tenant: string | undefined;
  /** Whom the tenant's log shall name as its reader. */
  readonly actor: string;
  readonly options: TailOptions;
}

/**
 * The end of one of the logs, and what is added to it.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, INVALID_INPUT, ACCOUNT_SUSPENDED, and as the installation does
 */
export async function* tailAudit(
  installation: Installation,
  config: Config,
  { tenant, actor, options }: TailAuditInput,
): AsyncGenerator<AuditEntry | AdminAuditEntry> {
  if (tenant === undefined) return yield* tailAdminAudit(await installation.control(), options);
  const { connection, context } = await readerOf(installation, config, { tenant, actor });
  yield* tailAuditLog(connection, context, options);
}
