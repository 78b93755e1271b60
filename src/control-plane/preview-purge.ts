import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { findTenant } from "./find-tenant.js";
import type { Tenant } from "./tenant.js";

export interface PurgePreview {
  readonly tenant: Tenant;
  /** Rows by table, counted by the database; none of them is read by this login. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
}

/**
 * Counts what a purge would delete, without touching it.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export async function previewPurge(connection: ControlConnection, slugOrId: string): Promise<PurgePreview> {
  const tenant = await findTenant(connection, slugOrId);
  return attempt(connection, { action: "tenant.purge", accountId: tenant.id, slug: tenant.slug }, async () => {
    const [{ counts }] = await connection.client.$queryRaw<[{ counts: Record<string, number> }]>`
      SELECT control.count_rows(${tenant.id}::uuid) AS counts`;
    return { tenant, counts, total: Object.values(counts).reduce((sum, rows) => sum + rows, 0) };
  });
}
