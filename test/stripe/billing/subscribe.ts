import type Stripe from "stripe";
import { newId } from "../world/ids.js";
import { mergeMetadata } from "../world/metadata.js";
import { invalid, invalidParams } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";
import { cardError } from "./cards.js";
import { advanceLines, prorate, trialLines } from "./charges.js";
import { collect } from "./collect.js";
import { finalize, keepDraft } from "./invoice.js";
import { changeItems } from "./items.js";
import { type Line, lineOf, pendingItems } from "./lines.js";
import { foresee, methodFor, paymentOf } from "./payment.js";
import { intervalsAfter, type Period } from "./period.js";
import { periodEndOf } from "./schedule.js";
import { newSubscription } from "./subscription-object.js";

/** Makes a subscription with its first invoice, and collects that as `payment_behavior` says. */
export function subscribe(world: World, params: Stripe.SubscriptionCreateParams): Stripe.Subscription {
  const { customer: customerId, items: changes = [], payment_behavior: behavior = "allow_incomplete" } = params;
  if (customerId === undefined)
    throw invalidParams("Missing required param: customer.", { code: "parameter_missing", param: "customer" });
  const customer = world.store.get("customer", customerId, "customer");
  const now = world.now(customer);
  const id = newId("sub");
  const trialEnd = trialEndOf(params, now);
  const priced = changeItems(world, [], { changes, subscription: id, period: { start: now, end: now }, now });
  const period = firstPeriod(params, { items: priced, now, trialEnd });
  const items = priced.map((item) => ({ ...item, current_period_start: period.start, current_period_end: period.end }));
  if (params.default_payment_method !== undefined) checkMethod(world, params.default_payment_method, customerId);
  const anchor = trialEnd ?? params.billing_cycle_anchor ?? now;
  const subscription = newSubscription(world, {
    id,
    customer,
    items,
    params,
    anchor,
    trialEnd,
    now,
    metadata: mergeMetadata({}, params.metadata),
  });
  const lines = firstLines(world, subscription, { items, period, params, now });
  const total = lines.reduce((sum, { amount }) => sum + amount, 0) + customer.balance;
  const collects = subscription.collection_method === "charge_automatically" && total > 0;
  const method = methodFor(world, { customer: customerId, own: params.default_payment_method ?? null });
  if (collects && behavior !== "default_incomplete") refuseUnpayable(world, { method, behavior });
  const status = trialEnd !== null ? "trialing" : collects ? "incomplete" : "active";
  world.create("subscription", { ...subscription, status });
  const invoice = keepDraft(world, {
    customer,
    subscription,
    lines,
    reason: "subscription_create",
    period: { start: now, end: now },
    autoAdvance: false,
    currency: subscription.currency,
  });
  if (customer.currency !== subscription.currency) world.update("customer", customer.id, { currency: subscription.currency });
  finalize(world, invoice.id);
  world.events.emit("customer.subscription.created", world.store.get("subscription", id));
  if (collects) paymentOf(world, world.store.get("invoice", invoice.id));
  if (collects && behavior !== "default_incomplete") collect(world, invoice.id);
  return world.store.get("subscription", id);
}

/** Refusals come before anything is made, so that nothing has to be taken back. */
function refuseUnpayable(world: World, { method, behavior }: { method: string | null; behavior: string }): void {
  if (method === null) {
    const message =
      "This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#defaults.";
    throw invalid(message, { code: "resource_missing" });
  }
  const outcome = foresee(world, method);
  if (behavior !== "error_if_incomplete" || outcome.status === "paid") return;
  if (outcome.status === "declined") throw cardError(outcome.decline);
  throw cardError({
    code: "subscription_payment_intent_requires_action",
    message: "Payment for this subscription requires additional user action before it can be completed successfully.",
  });
}

function checkMethod(world: World, method: string, customer: string): void {
  const found = world.store.get("payment_method", method, "default_payment_method");
  if (found.customer !== customer) {
    const message = `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`;
    throw invalid(message, { code: "resource_missing", param: "default_payment_method" });
  }
}

function trialEndOf({ trial_end, trial_period_days: days }: Stripe.SubscriptionCreateParams, now: number): number | null {
  if (trial_end !== undefined && days !== undefined) {
    throw invalidParams("You may only specify one of these parameters: trial_end, trial_period_days.", {
      code: "parameters_exclusive",
    });
  }
  if (days !== undefined) return now + days * 86_400;
  if (trial_end === undefined || trial_end === "now") return null;
  if (trial_end <= now)
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future", { param: "trial_end" });
  return trial_end;
}

function firstPeriod(
  { billing_cycle_anchor: anchor }: Stripe.SubscriptionCreateParams,
  { items, now, trialEnd }: { items: readonly Stripe.SubscriptionItem[]; now: number; trialEnd: number | null },
): Period {
  if (trialEnd !== null) return { start: now, end: trialEnd };
  if (anchor === undefined) return { start: now, end: periodEndOf(items, { anchor: now, at: now }) };
  const end = periodEndOf(items, { anchor: now, at: now });
  if (anchor <= now) throw invalid("billing_cycle_anchor must be a timestamp in the future", { param: "billing_cycle_anchor" });
  if (anchor > end)
    throw invalid("billing_cycle_anchor cannot be later than next natural billing date", { param: "billing_cycle_anchor" });
  return { start: now, end: anchor };
}

interface First {
  readonly items: readonly Stripe.SubscriptionItem[];
  readonly period: Period;
  readonly params: Stripe.SubscriptionCreateParams;
  readonly now: number;
}

/** Until a later anchor only that part of a period is billed. */
function firstLines(world: World, subscription: Stripe.Subscription, { items, period, params, now }: First): Line[] {
  const pending = pendingItems(world, idOf(subscription.customer), null).map((item) => lineOf(world, item));
  if (subscription.trial_end !== null) return [...pending, ...trialLines(world, subscription, { items, period })];
  if (params.billing_cycle_anchor === undefined) return [...pending, ...advanceLines(world, subscription, { items, period })];
  if (params.proration_behavior === "none") return pending;
  const recurring = items[0]?.price.recurring;
  const whole = recurring ? intervalsAfter(period.end, recurring, -1) : period.start;
  const after = items.map((item) => ({ ...item, current_period_start: whole }));
  return [...pending, ...prorate(world, { before: [], after, at: now, subscription: subscription.id })];
}
