import { attempt } from "../control-plane/attempt.js";
import { changePlan } from "../control-plane/change-plan.js";
import { inTransaction } from "../control-plane/dry-run.js";
import { AzoraError } from "../errors.js";
import { type BilledTenant, findBilledTenant } from "./billed-tenant.js";
import type { Billing } from "./connection.js";
import type { Money } from "./show-billing.js";

/** One line of an invoice that a change would bring. */
export interface PreviewLine extends Money {
  readonly description: string;
  readonly proration: boolean;
}

/** What a change of plan costs, to the second. */
export interface ChangePreview {
  readonly slug: string;
  readonly from: string | null;
  readonly to: string;
  /** The second that the proration is counted from; null where nothing is prorated. */
  readonly prorationDate: number | null;
  readonly lines: readonly PreviewLine[];
  /** What comes to the next invoice because of the change; negative is a credit. */
  readonly prorated: Money | null;
  /** The next invoice in all. */
  readonly next: Money | null;
}

export interface ChangePlanResult {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly preview: ChangePreview;
}

/**
 * Foresees what another plan brings, and changes nothing.
 * @param prorationDate seconds since 1970; now without it
 * @throws AzoraError NOT_FOUND (tenant, plan), NOT_PERMITTED, CONFLICT (steps are waiting), UNREACHABLE
 */
export async function previewChange(
  billing: Billing,
  { tenant, plan, prorationDate }: { readonly tenant: string; readonly plan: string; readonly prorationDate?: number },
): Promise<ChangePreview> {
  const found = await findBilledTenant(billing, tenant);
  requireSettled(found);
  const price = await priceOf(billing, plan);
  const { slug, plan: from } = found.tenant;
  const nothing: ChangePreview = { slug, from, to: plan, prorationDate: null, lines: [], prorated: null, next: null };
  const { stripeId: subscription } = found.subscription ?? {};
  if (!subscription || ["canceled", "incomplete_expired"].includes(found.subscription?.status ?? "")) return nothing;
  const before = await billing.stripe.read("read the subscription", (api) => api.subscriptions.retrieve(subscription));
  const [item] = before.items.data;
  if (!item || item.price.id === price) return nothing;
  const at = prorationDate ?? (await nowAt(billing, before.test_clock));
  const details = { items: [{ id: item.id, price }], proration_behavior: "create_prorations" as const, proration_date: at };
  const invoice = await billing.stripe.read("foresee the next invoice", (api) =>
    api.invoices.createPreview({ subscription, subscription_details: details }),
  );
  const { currency, amount_due } = invoice;
  const lines = invoice.lines.data.map((line) => ({
    description: line.description ?? "",
    amount: line.amount,
    currency: line.currency,
    proration: line.parent?.subscription_item_details?.proration === true,
  }));
  const prorated = lines.reduce((sum, line) => sum + (line.proration ? line.amount : 0), 0);
  return {
    ...nothing,
    prorationDate: at,
    lines,
    prorated: { amount: prorated, currency },
    next: { amount: amount_due, currency },
  };
}

/**
 * Puts a tenant on another plan, billed from the second that was shown.
 * @throws AzoraError NOT_FOUND (tenant, plan), NOT_PERMITTED
 */
export async function applyChange(
  { control }: Billing,
  { preview, dryRun }: { readonly preview: ChangePreview; readonly dryRun: boolean },
): Promise<ChangePlanResult> {
  const { slug: tenant, to: plan, prorationDate } = preview;
  const { changed } = await changePlan(control, { tenant, plan, dryRun, ...(prorationDate !== null && { prorationDate }) });
  return { changed, dryRun, preview };
}

/**
 * Has a tenant's invoices paid by the card on file, or sent to it.
 * @returns whether that asks anything of Stripe
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export async function changeCollection(
  billing: Billing,
  { tenant, collection, dryRun }: { readonly tenant: string; readonly collection: "card" | "invoice"; readonly dryRun: boolean },
): Promise<boolean> {
  const { id, slug } = (await findBilledTenant(billing, tenant)).tenant;
  const method = collection === "card" ? "charge_automatically" : "send_invoice";
  const { control, livemode } = billing;
  return attempt(control, { action: "billing.collect", accountId: id, slug }, () =>
    inTransaction(control, dryRun, async (tx) => {
      const [answer] = await tx.$queryRaw<{ changed: boolean }[]>`
        SELECT control.set_collection(${livemode}, ${id}::uuid, ${method}) AS changed`;
      return answer?.changed === true;
    }),
  );
}

/** What is foreseen holds only if nothing else comes in between. */
function requireSettled({ tenant, waiting }: BilledTenant): void {
  if (waiting === 0) return;
  const steps = waiting === 1 ? "step is" : "steps are";
  throw new AzoraError("CONFLICT", `${waiting} ${steps} still to be done at Stripe for "${tenant.slug}". No money moved.`, {
    hint: "Run `azora billing:run` first.",
  });
}

async function priceOf({ control }: Billing, code: string): Promise<string> {
  const plan = await control.client.plan.findUnique({ where: { code } });
  if (!plan || plan.archivedAt) {
    throw new AzoraError("NOT_FOUND", `There is no plan "${code}". No money moved.`, {
      hint: "`azora plan:list` shows them all.",
    });
  }
  if (plan.stripePriceId) return plan.stripePriceId;
  throw new AzoraError("CONFLICT", `The plan "${code}" has no price at Stripe yet. No money moved.`, {
    hint: "`azora billing:run` makes it.",
  });
}

/** A test clock has a time of its own. */
async function nowAt({ stripe }: Billing, clock: string | { readonly id: string } | null): Promise<number> {
  if (clock === null) return Math.floor(Date.now() / 1000);
  const id = typeof clock === "string" ? clock : clock.id;
  return (await stripe.read("read the test clock", (api) => api.testHelpers.testClocks.retrieve(id))).frozen_time;
}
