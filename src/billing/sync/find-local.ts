import type { Billing } from "../connection.js";
import { findPlan } from "../plans.js";
import type { Drift } from "./drift.js";

const PAGE = 500;

/** Tenants that work and that Stripe was never asked to bill; a subscription that was canceled before it was made is meant so. */
export async function* neverBilled({ control }: Billing): AsyncGenerator<Drift> {
  for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
    const rows = await control.client.$queryRaw<{ id: string; slug: string; plan: string }[]>`
      SELECT a.id::text AS id, a.slug, p.code AS plan
      FROM control.accounts a JOIN control.subscriptions s ON s.account_id = a.id JOIN control.plans p ON p.id = s.plan_id
      WHERE a.status = 'active' AND s.stripe_id IS NULL AND a.id > ${after}::uuid
        AND NOT EXISTS (SELECT FROM control.billing_steps b WHERE b.account_id = a.id
          AND (b.state IN ('pending', 'failed') OR b.state = 'dropped' AND b.kind = 'subscription.create'))
      ORDER BY a.id LIMIT ${PAGE}`;
    for (const { id, slug, plan } of rows) {
      yield { class: "missing", accountId: id, slug, object: null, inDatabase: `subscription to ${plan}`, atStripe: null };
    }
    const last = rows.at(-1)?.id;
    if (rows.length < PAGE || last === undefined) return;
    after = last;
  }
}

/** Plans whose price at Stripe isn't the one that azora made of them. */
export async function* planDrift(billing: Billing): AsyncGenerator<Drift> {
  const { client } = billing.control;
  const waiting = await client.billingStep.findMany({
    where: { planId: { not: null }, state: { in: ["pending", "failed"] } },
    select: { planId: true },
  });
  const plans = await client.plan.findMany({ where: { archivedAt: null }, orderBy: { code: "asc" } });
  for (const plan of plans) {
    if (waiting.some(({ planId }) => planId === plan.id)) continue;
    const found = await findPlan(billing.stripe, plan.code);
    const inDatabase = describe({
      amount: plan.priceMinor,
      currency: plan.currency,
      interval: plan.interval,
      price: plan.stripePriceId ?? "",
    });
    const atStripe = found?.active ? describe({ ...found, price: found.priceId }) : null;
    if (inDatabase !== atStripe)
      yield { class: "price-changed", accountId: null, slug: null, object: plan.code, inDatabase, atStripe };
  }
}

interface Price {
  readonly amount: number;
  readonly currency: string;
  readonly interval: string;
  readonly price: string;
}

function describe({ amount, currency, interval, price }: Price): string {
  return `${amount} ${currency.toUpperCase()} a ${interval} (${price})`;
}

/** Steps that Stripe has refused. */
export async function* refusedSteps({ control }: Billing): AsyncGenerator<Drift> {
  for (let after = 0n; ; ) {
    const rows = await control.client.billingStep.findMany({
      where: { state: "failed", id: { gt: after } },
      orderBy: { id: "asc" },
      take: PAGE,
    });
    for (const { kind, accountId, lastError } of rows) {
      yield { class: "refused", accountId, slug: null, object: kind, inDatabase: kind, atStripe: lastError };
    }
    const last = rows.at(-1)?.id;
    if (rows.length < PAGE || last === undefined) return;
    after = last;
  }
}
