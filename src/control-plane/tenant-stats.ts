import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";
import { findTenant } from "./find-tenant.js";
import type { Tenant } from "./tenant.js";

export interface TableStats {
  readonly rows: number;
  /** As stored, without indexes and free space. */
  readonly bytes: number;
}

export interface TenantStats {
  readonly tenant: Tenant;
  /** By table, counted by the database; no row is read by this login. */
  readonly tables: Readonly<Record<string, TableStats>>;
  readonly total: TableStats;
}

/**
 * Counts what a tenant has, rows and bytes by table. It is logged.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export async function tenantStats(connection: ControlConnection, slugOrId: string): Promise<TenantStats> {
  const tenant = await findTenant(connection, slugOrId);
  const { id, slug } = tenant;
  const tables = await attempt(connection, { action: "tenant.stats", accountId: id, slug }, () =>
    inTransaction(connection, false, async (tx) => {
      const [{ statistics }] = await tx.$queryRaw<[{ statistics: Record<string, TableStats> }]>`
        SELECT control.account_statistics(${id}::uuid) AS statistics`;
      return statistics;
    }),
  );
  const all = Object.values(tables);
  const total = { rows: sum(all.map(({ rows }) => rows)), bytes: sum(all.map(({ bytes }) => bytes)) };
  return { tenant, tables, total };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
