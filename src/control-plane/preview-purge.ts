import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { findTenant } from "./find-tenant.js";
import type { Tenant } from "./tenant.js";
import { tenantStats } from "./tenant-stats.js";

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
  const { tenant, tables, total } = await tenantStats(connection, slugOrId);
  const counts = Object.fromEntries(Object.entries(tables).map(([table, { rows }]) => [table, rows]));
  return { tenant, counts, total: total.rows };
}

/**
 * Says before anybody is asked what the database would refuse anyway.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP, LEGAL_HOLD, NEEDS_APPROVAL
 */
export async function checkPurge(
  connection: ControlConnection,
  { tenant, now }: { readonly tenant: string; readonly now: boolean },
): Promise<Tenant> {
  const found = await findTenant(connection, tenant);
  await attempt(
    connection,
    { action: "tenant.purge", accountId: found.id, slug: found.slug },
    () => connection.client.$queryRaw`SELECT FROM control.check_purge(${found.id}::uuid, ${now})`,
  );
  return found;
}
