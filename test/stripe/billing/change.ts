import type Stripe from "stripe";
import { invalid } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";
import { cardError } from "./cards.js";
import { settingsOf } from "./change-settings.js";
import { advanceLines, prorate } from "./charges.js";
import { collect, invoicePaid } from "./collect.js";
import { finalize, keepDraft } from "./invoice.js";
import { changeItems, type ItemChange, itemList } from "./items.js";
import { type Line, lineOf, pendingItem, pendingItems } from "./lines.js";
import { foresee, methodFor } from "./payment.js";
import type { Period } from "./period.js";
import { currentPeriodEnd, periodEndOf } from "./schedule.js";

export interface ItemsChange {
  readonly items?: readonly ItemChange[] | undefined;
  readonly proration_behavior?: string | undefined;
  readonly proration_date?: number | undefined;
  readonly billing_cycle_anchor?: { readonly type: string } | undefined;
  readonly trial_end?: "now" | number | undefined;
}

/** What a change of items comes to. */
export interface PlannedChange {
  readonly items: readonly Stripe.SubscriptionItem[];
  readonly anchor: number;
  readonly prorations: readonly Line[];
  /** What a period costs that begins with the change; empty if none begins. */
  readonly advance: readonly Line[];
  readonly restarts: boolean;
}

/** Reckons what a change comes to and changes nothing: a preview and the change itself agree, to the second. */
export function planChange(world: World, subscription: Stripe.Subscription, change: ItemsChange): PlannedChange {
  const now = world.now(subscription);
  const before = subscription.items.data;
  const period: Period = { start: before[0]?.current_period_start ?? now, end: currentPeriodEnd(subscription) };
  const at = change.proration_date ?? now;
  if (at < period.start || at > period.end) {
    throw invalid(`Cannot specify proration_date outside of the current billing period (${period.start} - ${period.end}).`, {
      param: "proration_date",
    });
  }
  const changed = changeItems(world, before, { changes: change.items ?? [], subscription: subscription.id, period, now });
  const trialing = subscription.status === "trialing" && change.trial_end !== "now";
  const endsTrial = subscription.status === "trialing" && change.trial_end === "now";
  const restarts =
    !trialing && (endsTrial || change.billing_cycle_anchor?.type === "now" || intervalOf(changed) !== intervalOf(before));
  const prorates = change.proration_behavior !== "none" && subscription.status !== "trialing";
  const anchor = restarts ? now : subscription.billing_cycle_anchor;
  const next = restarts ? { start: now, end: periodEndOf(changed, { anchor: now, at: now }) } : period;
  const items = changed.map((item) => ({ ...item, current_period_start: next.start, current_period_end: next.end }));
  const proration = { before, after: changed, at, subscription: subscription.id, creditOnly: restarts };
  return {
    items,
    anchor,
    restarts,
    prorations: prorates ? prorate(world, proration) : [],
    advance: restarts ? advanceLines(world, subscription, { items, period: next }) : [],
  };
}

function intervalOf(items: readonly Stripe.SubscriptionItem[]): string {
  const recurring = items[0]?.price.recurring;
  return `${recurring?.interval} ${recurring?.interval_count}`;
}

/** Changes a subscription; what its items then cost is billed now or waits, as `proration_behavior` says. */
export function changeSubscription(world: World, id: string, params: Stripe.SubscriptionUpdateParams): Stripe.Subscription {
  const before = world.store.get("subscription", id);
  refuseEnded(before, params);
  const plan = planChange(world, before, params as ItemsChange);
  const invoicesNow = plan.restarts || (params.proration_behavior === "always_invoice" && plan.prorations.length > 0);
  if (invoicesNow && params.payment_behavior === "error_if_incomplete") refuseDeclined(world, before, plan);
  const { status, trial } = trialOf(world, before, params);
  world.update("subscription", id, {
    items: itemList(id, plan.items),
    billing_cycle_anchor: plan.anchor,
    ...trial,
    status,
    ...settingsOf(world, before, params),
  });
  const customer = world.store.get("customer", idOf(before.customer));
  if (!invoicesNow) {
    for (const line of plan.prorations) pendingItem(world, customer, line);
    return world.store.get("subscription", id);
  }
  const waiting = pendingItems(world, customer.id, id).map((item) => lineOf(world, item));
  const now = world.now(before);
  const invoice = keepDraft(world, {
    customer,
    subscription: world.store.get("subscription", id),
    lines: [...waiting, ...plan.prorations, ...plan.advance],
    reason: "subscription_update",
    period: { start: plan.items[0]?.current_period_start ?? now, end: now },
    autoAdvance: true,
    currency: before.currency,
    prorationDate: params.proration_date,
  });
  const final = finalize(world, invoice.id);
  const collects = final.status === "open" && final.collection_method === "charge_automatically";
  if (collects && params.payment_behavior !== "default_incomplete") collect(world, invoice.id);
  else if (final.status === "paid") invoicePaid(world, invoice.id);
  return world.store.get("subscription", id);
}

function refuseEnded({ status }: Stripe.Subscription, params: Stripe.SubscriptionUpdateParams): void {
  const allowed = new Set(["metadata", "cancellation_details", "expand"]);
  const ended = status === "canceled" || status === "incomplete_expired";
  if (ended && Object.keys(params).some((name) => !allowed.has(name))) {
    throw invalid("A canceled subscription can only update its cancellation_details and metadata.", {
      code: "invalid_canceled_subscription_fields",
    });
  }
  if (params.payment_behavior === "pending_if_incomplete") {
    throw invalid("The counterpart has no pending updates: payment_behavior=pending_if_incomplete.", {
      param: "payment_behavior",
    });
  }
}

function refuseDeclined(world: World, subscription: Stripe.Subscription, { prorations, advance }: PlannedChange): void {
  const customer = idOf(subscription.customer);
  const total = [...prorations, ...advance].reduce((sum, { amount }) => sum + amount, 0);
  if (total + world.store.get("customer", customer).balance <= 0) return;
  const outcome = foresee(world, methodFor(world, { customer, subscription: subscription.id }));
  if (outcome.status === "declined") throw cardError(outcome.decline);
}

function trialOf(
  world: World,
  { status, trial_end: before }: Stripe.Subscription,
  { trial_end }: Stripe.SubscriptionUpdateParams,
) {
  if (trial_end === undefined) return { status, trial: {} };
  if (trial_end === "now")
    return {
      status: status === "trialing" ? ("active" as const) : status,
      trial: before === null ? {} : { trial_end: world.now() },
    };
  throw invalid("The counterpart only ends trials early: trial_end=now.", { param: "trial_end" });
}
