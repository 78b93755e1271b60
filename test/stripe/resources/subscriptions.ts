import type Stripe from "stripe";
import { cancelSubscription } from "../billing/cancel.js";
import { changeSubscription } from "../billing/change.js";
import { arrearLines, prorate } from "../billing/charges.js";
import { finalizeAndCollect } from "../billing/due.js";
import { keepDraft } from "../billing/invoice.js";
import { lineOf, pendingItem, pendingItems } from "../billing/lines.js";
import { pauseSubscription, resumeSubscription } from "../billing/pause.js";
import { currentPeriodEnd, currentPeriodStart } from "../billing/schedule.js";
import { subscribe } from "../billing/subscribe.js";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { missing } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";

const SHARED = `cancel_at cancel_at_period_end collection_method days_until_due default_payment_method description items.metadata items.metadata.*
  items.price items.quantity metadata metadata.* off_session payment_behavior proration_behavior trial_end`;

export const subscriptionRoutes = [
  route<Stripe.SubscriptionCreateParams, Stripe.Subscription>(
    "POST /v1/subscriptions",
    `${SHARED} billing_cycle_anchor billing_mode.type customer trial_period_days trial_settings.end_behavior.missing_payment_method`,
    ({ world, params }) => subscribe(world, params),
  ),
  route(
    "GET /v1/subscriptions",
    "limit starting_after ending_before customer price status collection_method created created.* test_clock current_period_end.* current_period_start.*",
    list,
  ),
  route("GET /v1/subscriptions/{id}", "", ({ world, id }: Call<object>) => world.store.get("subscription", id)),
  route<Stripe.SubscriptionUpdateParams, Stripe.Subscription>(
    "POST /v1/subscriptions/{id}",
    `${SHARED} billing_cycle_anchor.type cancellation_details.* items.id items.deleted items.clear_usage pause_collection pause_collection.* proration_date`,
    ({ world, id, params }) => changeSubscription(world, id, params),
  ),
  route<Stripe.SubscriptionCancelParams, Stripe.Subscription>(
    "DELETE /v1/subscriptions/{id}",
    "cancellation_details.* invoice_now prorate",
    cancel,
  ),
  route<Stripe.SubscriptionPauseParams, Stripe.Subscription>(
    "POST /v1/subscriptions/{id}/pause",
    "type bill_for.unused_time_from.type invoicing_behavior",
    ({ world, id, params }) => pauseSubscription(world, id, params),
  ),
  route<Stripe.SubscriptionResumeParams, Stripe.Subscription>(
    "POST /v1/subscriptions/{id}/resume",
    "billing_cycle_anchor.type proration_behavior payment_behavior",
    ({ world, id, params }) => resumeSubscription(world, id, params),
  ),
];

function list({ world, params }: Call<Stripe.SubscriptionListParams>): Stripe.ApiList<Stripe.Subscription> {
  const { customer, price, status, collection_method: collection, test_clock: clock } = params;
  const wantsStatus = (found: string) => {
    if (status === "all") return true;
    if (status === "ended") return found === "canceled" || found === "incomplete_expired";
    return status ? found === status : found !== "canceled";
  };
  const wanted = world.store.all("subscription").filter(
    (subscription) =>
      wantsStatus(subscription.status) &&
      (!customer || idOf(subscription.customer) === customer) &&
      (!price || subscription.items.data.some((item) => item.price.id === price)) &&
      (!collection || subscription.collection_method === collection) &&
      // Those on a test clock are listed with their clock or their customer only.
      (clock || customer ? !clock || subscription.test_clock === clock : subscription.test_clock === null),
  );
  return paginate(wanted, params, { url: "/v1/subscriptions", noun: "subscription" });
}

/** Ends a subscription now. One that has ended is not found again: so says Stripe. */
function cancel({ world, id, params }: Call<Stripe.SubscriptionCancelParams>): Stripe.Subscription {
  const subscription = world.store.get("subscription", id);
  if (subscription.status === "canceled" || subscription.status === "incomplete_expired") throw missing("subscription", id);
  const customer = world.store.get("customer", idOf(subscription.customer));
  const { data: items } = subscription.items;
  const now = world.now(subscription);
  const used = { start: currentPeriodStart(subscription), end: Math.min(now, currentPeriodEnd(subscription)) };
  if (params.prorate) {
    for (const line of prorate(world, { before: items, after: [], at: now, subscription: id }))
      pendingItem(world, customer, line);
  }
  if (!params.prorate && !params.invoice_now) dropProrations(world, customer.id, id);
  const canceled = cancelSubscription(world, id, { reason: "cancellation_requested", details: params.cancellation_details });
  if (!params.invoice_now) return canceled;
  const waiting = pendingItems(world, customer.id, id).map((item) => lineOf(world, item));
  const lines = [...waiting, ...arrearLines(world, subscription, { items, period: used })];
  if (lines.length === 0) return canceled;
  const draft = {
    customer,
    subscription,
    lines,
    reason: "subscription_update" as const,
    period: used,
    autoAdvance: true,
    currency: subscription.currency,
  };
  finalizeAndCollect(world, keepDraft(world, draft).id);
  return world.store.get("subscription", id);
}

/** What a change of plan left to the next invoice is billed to nobody. */
function dropProrations(world: World, customer: string, subscription: string): void {
  for (const { id, proration } of pendingItems(world, customer, subscription)) {
    if (proration) world.remove("invoiceitem", id);
  }
}
