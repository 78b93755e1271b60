import type { FinishedExport } from "../database/logs/export.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";

/**
 * Writes down that admin_audit_log was exported whole and to its end, in the log itself as well.
 * @returns whether that counts towards a retention: it began at the log's beginning, or where an export that counts had ended
 * @throws AzoraError NOT_PERMITTED, INVALID_INPUT
 */
export function finishAdminAuditExport(connection: ControlConnection, finished: FinishedExport): Promise<boolean> {
  const { after, cursor, lastCheckpoint, rows, sha256 } = finished;
  return attempt(connection, { action: "audit.exported" }, () =>
    inTransaction(connection, false, async (tx) => {
      const [{ counts }] = await tx.$queryRaw<[{ counts: boolean }]>`
        SELECT control.finish_audit_export(${after}, ${cursor}, ${lastCheckpoint}, ${rows}::bigint, ${sha256}) AS counts`;
      return counts;
    }),
  );
}
