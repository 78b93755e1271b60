import type { AccountWhereInput } from "../generated/control/models.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { TENANT_SELECTION, type Tenant, type TenantStatus, toDatabase, toTenant } from "./tenant.js";

export interface ListTenantsInput {
  readonly status?: TenantStatus;
  /** At most so many; 50 unless given. */
  readonly limit?: number;
  /** The slug after which to go on: the last one of the page before. */
  readonly after?: string;
}

export interface TenantPage {
  readonly tenants: readonly Tenant[];
  /** How many there are in all, whatever the limit. */
  readonly total: number;
  /** What to pass as `after` for the next page; null on the last. */
  readonly next: string | null;
}

/**
 * Lists tenants in the order of their slugs.
 * @throws AzoraError NOT_PERMITTED
 */
export async function listTenants(connection: ControlConnection, input: ListTenantsInput = {}): Promise<TenantPage> {
  const { status, limit = 50, after } = input;
  const where: AccountWhereInput = status ? { status: toDatabase(status) } : {};
  const { client } = connection;
  const [total, rows] = await attempt(connection, { action: "tenant.list" }, () =>
    Promise.all([
      client.account.count({ where }),
      client.account.findMany({
        where: after ? { ...where, slug: { gt: after } } : where,
        select: TENANT_SELECTION,
        orderBy: { slug: "asc" },
        take: limit + 1,
      }),
    ]),
  );
  const tenants = rows.slice(0, limit).map(toTenant);
  return { tenants, total, next: rows.length > limit ? (tenants.at(-1)?.slug ?? null) : null };
}
