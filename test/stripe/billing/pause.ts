import type Stripe from "stripe";
import { invalid } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";
import { advanceLines, prorate } from "./charges.js";
import { finalizeAndCollect } from "./due.js";
import { keepDraft } from "./invoice.js";
import { itemList } from "./items.js";
import { pendingItem } from "./lines.js";
import { periodEndOf } from "./schedule.js";

/** Stops a subscription: no periods, no invoices, until it is resumed. Needs flexible billing. */
export function pauseSubscription(world: World, id: string, params: Stripe.SubscriptionPauseParams): Stripe.Subscription {
  const subscription = world.store.get("subscription", id);
  if (subscription.billing_mode.type !== "flexible") {
    throw invalid("Pausing a subscription requires `billing_mode[type]=flexible`.", { param: "billing_mode" });
  }
  if (subscription.status !== "active") throw invalid(`A subscription with the status ${subscription.status} cannot be paused.`);
  const now = world.now(subscription);
  if (params.bill_for?.unused_time_from?.type === "now") {
    const customer = world.store.get("customer", idOf(subscription.customer));
    for (const line of prorate(world, { before: subscription.items.data, after: [], at: now, subscription: id }))
      pendingItem(world, customer, line);
  }
  const status_details: Stripe.Subscription.StatusDetails = {
    paused: { type: "subscription", subscription: { type: "pause_requested" }, transitioned_at: now },
  };
  return world.update("subscription", id, { status: "paused", status_details }, "customer.subscription.paused");
}

/** Lets a paused subscription go on; a new period, billed now, begins unless the anchor is to stay. */
export function resumeSubscription(world: World, id: string, params: Stripe.SubscriptionResumeParams): Stripe.Subscription {
  const subscription = world.store.get("subscription", id);
  if (subscription.status !== "paused") throw invalid("The subscription must be paused to be resumed.");
  if (params.billing_cycle_anchor?.type === "unchanged") {
    throw invalid("The counterpart resumes with a new period: billing_cycle_anchor[type]=now.", {
      param: "billing_cycle_anchor",
    });
  }
  const customer = world.store.get("customer", idOf(subscription.customer));
  const now = world.now(subscription);
  const period = { start: now, end: periodEndOf(subscription.items.data, { anchor: now, at: now }) };
  const items = subscription.items.data.map((item) => ({
    ...item,
    current_period_start: period.start,
    current_period_end: period.end,
  }));
  const { status_details: _, ...rest } = subscription;
  world.store.put("subscription", rest);
  const changes = { status: "active" as const, billing_cycle_anchor: now, items: itemList(id, items) };
  const resumed = world.update("subscription", id, changes, "customer.subscription.resumed");
  const lines = advanceLines(world, resumed, { items, period });
  const draft = {
    customer,
    subscription: resumed,
    lines,
    reason: "subscription_update" as const,
    period,
    autoAdvance: true,
    currency: resumed.currency,
  };
  finalizeAndCollect(world, keepDraft(world, draft).id);
  return world.store.get("subscription", id);
}
