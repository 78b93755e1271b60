import type { Billing } from "../connection.js";

/** A subscription as the database has it, with what it is compared by. */
export interface KnownSubscription {
  readonly accountId: string;
  readonly slug: string;
  readonly stripeId: string;
  readonly status: string;
  readonly stripePriceId: string | null;
  readonly collectionMethod: string | null;
  readonly currentPeriodEnd: Date | null;
  readonly cancelAt: Date | null;
  readonly pausedAt: Date | null;
  readonly plan: string;
  readonly product: string | null;
  /** Something is still to be done for it, so that a difference is no drift. */
  readonly isWaiting: boolean;
}

const PAGE = 500;

const SELECTION = {
  accountId: true,
  stripeId: true,
  status: true,
  stripePriceId: true,
  collectionMethod: true,
  currentPeriodEnd: true,
  cancelAt: true,
  pausedAt: true,
  account: { select: { slug: true } },
  plan: { select: { code: true, stripeProductId: true } },
} as const;

/** Those of the given ids that the database knows, by id. */
export async function subscriptionsById(
  billing: Billing,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KnownSubscription>> {
  const { client } = billing.control;
  const rows = await client.subscription.findMany({ where: { stripeId: { in: [...ids] } }, select: SELECTION });
  const waiting = await waitingAccounts(
    billing,
    rows.map(({ accountId }) => accountId),
  );
  return new Map(rows.map((row) => [row.stripeId ?? "", known(row, waiting)]));
}

/** All that go on as far as the database knows, page by page. */
export async function* liveSubscriptions(billing: Billing): AsyncGenerator<KnownSubscription> {
  const { client } = billing.control;
  for (let after: string | undefined; ; ) {
    const rows = await client.subscription.findMany({
      where: {
        stripeId: { not: null },
        status: { notIn: ["canceled", "incomplete_expired"] },
        ...(after && { accountId: { gt: after } }),
      },
      select: SELECTION,
      orderBy: { accountId: "asc" },
      take: PAGE,
    });
    const waiting = await waitingAccounts(
      billing,
      rows.map(({ accountId }) => accountId),
    );
    for (const row of rows) yield known(row, waiting);
    after = rows.at(-1)?.accountId;
    if (rows.length < PAGE || after === undefined) return;
  }
}

/** Those of the given tenants for which something is still to be done. */
export async function waitingAccounts({ control }: Billing, accountIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await control.client.billingStep.findMany({
    where: { accountId: { in: [...accountIds] }, state: { in: ["pending", "failed"] } },
    select: { accountId: true },
    distinct: ["accountId"],
  });
  return new Set(rows.flatMap(({ accountId }) => accountId ?? []));
}

/** Those of the given tenants that are there, with their slugs. */
export async function slugsOf({ control }: Billing, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await control.client.account.findMany({
    where: { id: { in: [...accountIds] } },
    select: { id: true, slug: true },
  });
  return new Map(rows.map(({ id, slug }) => [id, slug]));
}

interface Row extends Omit<KnownSubscription, "stripeId" | "slug" | "plan" | "product" | "isWaiting"> {
  readonly stripeId: string | null;
  readonly account: { readonly slug: string };
  readonly plan: { readonly code: string; readonly stripeProductId: string | null };
}

function known({ account, plan, stripeId, ...row }: Row, waiting: ReadonlySet<string>): KnownSubscription {
  return {
    ...row,
    stripeId: stripeId ?? "",
    slug: account.slug,
    plan: plan.code,
    product: plan.stripeProductId,
    isWaiting: waiting.has(row.accountId),
  };
}
