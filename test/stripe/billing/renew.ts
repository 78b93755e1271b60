import type Stripe from "stripe";
import { idOf, type World } from "../world/world.js";
import { cancelSubscription } from "./cancel.js";
import { advanceLines, arrearLines } from "./charges.js";
import { finalize, keepDraft } from "./invoice.js";
import { itemList } from "./items.js";
import { lineOf, pendingItems } from "./lines.js";
import { cancelPayment, methodFor } from "./payment.js";
import { currentPeriodEnd, currentPeriodStart, periodEndOf } from "./schedule.js";

/** What a subscription does when the period ends that is paid for: renew, begin after its trial, or end. */
export function renew(world: World, id: string): void {
  const subscription = world.store.get("subscription", id);
  const end = currentPeriodEnd(subscription);
  if (subscription.cancel_at !== null && subscription.cancel_at <= end) {
    endAt(world, subscription);
    return;
  }
  if (subscription.status === "trialing" && trialLacksMethod(world, subscription)) {
    const { missing_payment_method: then } = subscription.trial_settings?.end_behavior ?? {
      missing_payment_method: "create_invoice",
    };
    if (then === "cancel") {
      cancelSubscription(world, id, { reason: "payment_failed" });
      return;
    }
    if (then === "pause") {
      world.update("subscription", id, { status: "paused" }, "customer.subscription.paused");
      return;
    }
  }
  startPeriod(world, subscription, end);
}

function trialLacksMethod(world: World, { id, customer, collection_method }: Stripe.Subscription): boolean {
  return (
    collection_method === "charge_automatically" && methodFor(world, { customer: idOf(customer), subscription: id }) === null
  );
}

/** The last invoice has what was used and what still waited. */
function endAt(world: World, subscription: Stripe.Subscription): void {
  const customer = world.store.get("customer", idOf(subscription.customer));
  const period = { start: currentPeriodStart(subscription), end: currentPeriodEnd(subscription) };
  const waiting = pendingItems(world, customer.id, subscription.id).map((item) => lineOf(world, item));
  const lines = [...waiting, ...arrearLines(world, subscription, { items: subscription.items.data, period })];
  cancelSubscription(world, subscription.id, { reason: "cancellation_requested" });
  if (lines.length === 0) return;
  keepDraft(world, {
    customer,
    subscription,
    lines,
    reason: "subscription_cycle",
    period,
    autoAdvance: true,
    currency: subscription.currency,
  });
}

function startPeriod(world: World, subscription: Stripe.Subscription, start: number): void {
  const { id, pause_collection: pause } = subscription;
  const customer = world.store.get("customer", idOf(subscription.customer));
  const before = subscription.items.data;
  const ended = { start: currentPeriodStart(subscription), end: start };
  const period = { start, end: periodEndOf(before, { anchor: subscription.billing_cycle_anchor, at: start }) };
  const items = before.map((item) => ({ ...item, current_period_start: period.start, current_period_end: period.end }));
  const status = subscription.status === "trialing" ? "active" : subscription.status;
  const renewed = world.update("subscription", id, { items: itemList(id, items), status });
  const waiting = pendingItems(world, customer.id, id).map((item) => lineOf(world, item));
  const lines = [
    ...waiting,
    ...arrearLines(world, subscription, { items: before, period: ended }),
    ...advanceLines(world, renewed, { items, period }),
  ];
  const invoice = keepDraft(world, {
    customer,
    subscription: renewed,
    lines,
    reason: "subscription_cycle",
    period: ended,
    autoAdvance: status !== "unpaid" && pause?.behavior !== "keep_as_draft",
    currency: subscription.currency,
  });
  if (pause?.behavior === "void") voidInvoice(world, finalize(world, invoice.id));
  if (pause?.behavior === "mark_uncollectible") markUncollectible(world, finalize(world, invoice.id));
}

/** Takes an open invoice back: nobody owes it. */
export function voidInvoice(world: World, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status === "paid") return invoice;
  cancelPayment(world, invoice);
  const status_transitions = { ...invoice.status_transitions, voided_at: world.now(invoice) };
  return world.update(
    "invoice",
    invoice.id,
    { status: "void", auto_advance: false, next_payment_attempt: null, status_transitions },
    "invoice.voided",
  );
}

/** Writes an open invoice off; it could still be paid. */
export function markUncollectible(world: World, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status === "paid") return invoice;
  const status_transitions = { ...invoice.status_transitions, marked_uncollectible_at: world.now(invoice) };
  const changes = { status: "uncollectible" as const, auto_advance: false, next_payment_attempt: null, status_transitions };
  return world.update("invoice", invoice.id, changes, "invoice.marked_uncollectible");
}
