import {
  checkGrantId,
  type SupportGrant,
  type SupportGrantPage,
  type SupportGrantRow,
  toPage,
  toSupportGrant,
} from "../support-grant.js";
import { type AccessChange, inTenant, type OpenTenant } from "./access/open-tenant.js";
import type { TenantTransaction } from "./tenant-client.js";
import { openTenantDb } from "./tenant-db.js";

export interface GrantSupportInput {
  /** The operator's login. */
  readonly operator: string;
  /** For how long, at most 168. */
  readonly hours: number;
  /** Names of tenant tables, the schema left out where it is `tenant`; none for all. */
  readonly tables: readonly string[];
  readonly reason: string;
  readonly dryRun: boolean;
}

export interface SupportChange extends AccessChange {
  readonly grant: SupportGrant;
}

/**
 * Lets one operator of the vendor's read this tenant's rows for some hours. The context's actor has to be a user who holds
 * `support:manage`.
 * @throws AzoraError NOT_PERMITTED (no user), PERMISSION_DENIED, NOT_FOUND (the operator), INVALID_INPUT, ACCOUNT_READ_ONLY
 */
export async function grantSupport(tenant: OpenTenant, input: GrantSupportInput): Promise<SupportChange> {
  const { operator, hours, tables, reason, dryRun } = input;
  return inTenant(tenant, dryRun, async (tx) => {
    const [made] = await tx.$queryRaw<{ id: string }[]>`
      SELECT guard.grant_support(${operator}, ${hours}::numeric, ${[...tables]}::text[], ${reason}) AS id`;
    return { grant: await findGrant(tx, made?.id ?? ""), changed: true, dryRun };
  });
}

/**
 * Takes a consent back, from the operator's next statement on. Unchanged where it was revoked or has expired.
 * @throws AzoraError NOT_FOUND, PERMISSION_DENIED, INVALID_INPUT
 */
export async function revokeSupport(
  tenant: OpenTenant,
  { id, dryRun }: { readonly id: string; readonly dryRun: boolean },
): Promise<SupportChange> {
  checkGrantId(id);
  return inTenant(tenant, dryRun, async (tx) => {
    const [answer] = await tx.$queryRaw<{ changed: boolean }[]>`SELECT guard.revoke_support(${id}::uuid) AS changed`;
    return { grant: await findGrant(tx, id), changed: answer?.changed === true, dryRun };
  });
}

/**
 * Whom this tenant has let in, newest first, what has ended included.
 * @param after the id that the page before ended with
 * @throws AzoraError PERMISSION_DENIED (neither `support:read` nor `support:manage`), INVALID_INPUT
 */
export async function listSupport(
  tenant: OpenTenant,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<SupportGrantPage> {
  const before = after === undefined ? null : checkGrantId(after);
  const rows = await openTenantDb(tenant, tenant.context).$queryRaw<SupportGrantRow[]>`
    SELECT * FROM guard.support_grants(${before}::uuid, ${limit + 1}::integer)`;
  return toPage(rows.map(toSupportGrant), limit);
}

async function findGrant(tx: TenantTransaction, id: string): Promise<SupportGrant> {
  const [row] = await tx.$queryRaw<SupportGrantRow[]>`
    SELECT * FROM guard.support_grants(NULL, NULL) g WHERE g.id = ${id}::uuid`;
  return toSupportGrant(row as SupportGrantRow);
}
