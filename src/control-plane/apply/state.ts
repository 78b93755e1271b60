import { attempt } from "../attempt.js";
import type { ControlConnection } from "../connection.js";
import { TENANT_SELECTION, type Tenant, type TenantStatus, toTenant } from "../tenant.js";

/** As much of a tenant as a manifest can say; part of the plan's JSON. */
export interface TenantState {
  readonly slug: string;
  readonly name: string;
  readonly ownerEmail: string;
  readonly plan: string | null;
  readonly status: TenantStatus;
  readonly region: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function stateOf({ slug, name, contactEmail, plan, status, region, metadata }: Tenant): TenantState {
  return { slug, name, ownerEmail: contactEmail, plan, status, region, metadata };
}

/** JSON with its keys in order: two values are equal when their texts are. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== "object" || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

/** What differs between two states, by field. */
export function differing(before: TenantState, after: TenantState): (keyof TenantState)[] {
  const fields = Object.keys(after) as (keyof TenantState)[];
  return fields.filter((field) => before[field] !== after[field] && canonical(before[field]) !== canonical(after[field]));
}

/** One statement holds so many slugs or rows: few round trips, and no query that is too long to plan. */
const PAGE = 1000;

/** Finds tenants by their slugs; those that there aren't are left out. @throws AzoraError NOT_PERMITTED */
export async function tenantsBySlug(connection: ControlConnection, slugs: readonly string[]): Promise<Map<string, Tenant>> {
  const found = new Map<string, Tenant>();
  for (let at = 0; at < slugs.length; at += PAGE) {
    const where = { slug: { in: slugs.slice(at, at + PAGE) } };
    for (const tenant of await readPage(connection, { where })) found.set(tenant.slug, tenant);
  }
  return found;
}

/** Reads all tenants, in the order of their slugs. @throws AzoraError NOT_PERMITTED */
export async function allTenants(connection: ControlConnection): Promise<Tenant[]> {
  const all: Tenant[] = [];
  for (;;) {
    const last = all.at(-1)?.slug;
    const where = last === undefined ? {} : { slug: { gt: last } };
    const page = await readPage(connection, { where, orderBy: { slug: "asc" }, take: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

type Query = Omit<NonNullable<Parameters<ControlConnection["client"]["account"]["findMany"]>[0]>, "select">;

async function readPage(connection: ControlConnection, query: Query): Promise<Tenant[]> {
  const rows = await attempt(connection, { action: "tenant.list" }, () =>
    connection.client.account.findMany({ ...query, select: TENANT_SELECTION }),
  );
  return rows.map(toTenant);
}
