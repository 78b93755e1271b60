import type { FinishedExport } from "../database/logs/export.js";
import type { TenantContext } from "./context.js";
import { inTenantTransaction } from "./export/tenant-transaction.js";
import type { TenantConnection } from "./tenant-db.js";

/**
 * Writes down that the tenant's log was exported whole and to its end, in the log itself as well.
 * @returns whether that counts towards a retention: it began at the log's beginning, or where an export that counts had ended
 * @throws AzoraError PERMISSION_DENIED (audit:read), INVALID_INPUT, ACCOUNT_SUSPENDED, ACCOUNT_GONE
 */
export async function finishAuditExport(
  connection: TenantConnection,
  context: TenantContext,
  { after, cursor, lastCheckpoint, rows, sha256 }: FinishedExport,
): Promise<boolean> {
  return inTenantTransaction(connection, { ...context, kind: "write" }, async ({ client }) => {
    const { rows: said } = await client.query<{ counts: boolean }>(
      "SELECT guard.finish_audit_export($1, $2, $3, $4, $5) AS counts",
      [after, cursor, lastCheckpoint, rows, sha256],
    );
    return said[0]?.counts ?? false;
  });
}
