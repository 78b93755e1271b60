import { AzoraError, type ErrorCode } from "../errors.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { estimatePurge, type PurgeEstimate } from "./estimate-purge.js";
import { findTenant } from "./find-tenant.js";
import { findMissingIndexes, type MissingIndex } from "./missing-indexes.js";
import { storeNames } from "./outside-stores.js";
import type { Tenant } from "./tenant.js";
import { tenantStats } from "./tenant-stats.js";

export interface PurgeQuestion {
  /** Slug or id. */
  readonly tenant: string;
  /** As for the purge itself: an active tenant as well, and before a schedule. */
  readonly now?: boolean;
}

export interface PurgePreview {
  readonly tenant: Tenant;
  /** Rows by table, counted by the database; none of them is read by this login. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
  /** As stored, without indexes. */
  readonly bytes: number;
  readonly estimate: PurgeEstimate;
  /** Whether tables may be emptied whole (session_replication_role may be set), or only by the cascade. */
  readonly sweeps: boolean;
  readonly missingIndexes: readonly MissingIndex[];
  /** How many have to agree, and who has: whoever asked first. */
  readonly approvals: { readonly needed: number; readonly given: readonly string[] };
  readonly subscription: { readonly plan: string; readonly status: string; readonly since: Date } | null;
  /** Stores outside of the database, and whether this installation can reach them. */
  readonly outsideStores: readonly { readonly name: string; readonly configured: boolean }[];
  /** What the database would refuse it for, now; null when it would go through. */
  readonly refusal: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null } | null;
}

/**
 * Says all that is known of a purge beforehand, and touches nothing.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export async function previewPurge(connection: ControlConnection, question: PurgeQuestion): Promise<PurgePreview> {
  const { client, outsideStores } = connection;
  const refusal = await refusalOf(connection, question);
  const { tenant, tables, total } = await tenantStats(connection, question.tenant);
  const accountId = tenant.id;
  const [{ sweeps }] = await client.$queryRaw<[{ sweeps: boolean }]>`
    SELECT has_parameter_privilege('azora_owner', 'session_replication_role', 'SET') AS sweeps`;
  const needed = await client.setting.findUnique({ where: { key: "purge.approvals" } });
  const approvals = await client.purgeApproval.findMany({ where: { accountId }, orderBy: { approvedAt: "asc" } });
  const subscription = await client.subscription.findUnique({ where: { accountId }, include: { plan: true } });
  return {
    tenant,
    counts: Object.fromEntries(Object.entries(tables).map(([table, { rows }]) => [table, rows])),
    total: total.rows,
    bytes: total.bytes,
    estimate: await estimatePurge(connection, { rows: total.rows, sweeps }),
    sweeps,
    missingIndexes: await findMissingIndexes(connection),
    approvals: {
      needed: Number(needed?.value ?? 1),
      given: [...(tenant.purgeRequestedBy ? [tenant.purgeRequestedBy] : []), ...approvals.map(({ operator }) => operator)],
    },
    subscription: subscription && {
      plan: subscription.plan.code,
      status: subscription.status,
      since: subscription.startedAt,
    },
    outsideStores: await Promise.all(
      storeNames(outsideStores).map(async (name) => {
        const store = outsideStores.find((each) => each.name === name);
        return { name, configured: ((await store?.find(client, accountId)) ?? null) !== null };
      }),
    ),
    refusal,
  };
}

/**
 * Says before anybody is asked what the database would refuse anyway.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP, LEGAL_HOLD, NEEDS_APPROVAL
 */
export async function checkPurge(connection: ControlConnection, { tenant, now = false }: PurgeQuestion): Promise<Tenant> {
  const found = await findTenant(connection, tenant);
  await attempt(
    connection,
    { action: "tenant.purge", accountId: found.id, slug: found.slug },
    () => connection.client.$queryRaw`SELECT FROM control.check_purge(${found.id}::uuid, ${now})`,
  );
  return found;
}

/** States that a preview shows; whoever may not purge at all is refused the preview too. */
const STATES: ReadonlySet<string> = new Set(["ILLEGAL_STEP", "LEGAL_HOLD", "NEEDS_APPROVAL"]);

async function refusalOf(connection: ControlConnection, question: PurgeQuestion): Promise<PurgePreview["refusal"]> {
  try {
    await checkPurge(connection, question);
    return null;
  } catch (error) {
    if (!(error instanceof AzoraError) || !STATES.has(error.code)) throw error;
    return { code: error.code, message: error.message, hint: error.hint ?? null };
  }
}
