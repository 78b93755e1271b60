import type Stripe from "stripe";
import { idOf, type World } from "../world/world.js";
import { cancelSubscription } from "./cancel.js";
import { settle, subscriptionOf } from "./invoice.js";
import { charge, methodFor, type PaymentOutcome } from "./payment.js";

export interface CollectOptions {
  /** Pays with this method and not with a default. */
  readonly method?: string | undefined;
  /** Asked for by a person: it changes no plan of further attempts. */
  readonly byHand?: boolean;
}

/** Tries to collect an open invoice, and lets invoice and subscription follow from how it went. */
export function collect(world: World, id: string, { method, byHand = false }: CollectOptions = {}): PaymentOutcome {
  const invoice = world.store.get("invoice", id);
  const subscription = subscriptionOf(invoice);
  const own = method ?? (invoice.default_payment_method === null ? null : idOf(invoice.default_payment_method));
  const outcome = charge(world, invoice, methodFor(world, { customer: idOf(invoice.customer ?? ""), subscription, own }));
  if (outcome.status === "paid") {
    world.update("invoice", id, { attempt_count: invoice.attempt_count + 1 }, false);
    settle(world, id, { amount: invoice.amount_remaining });
    invoicePaid(world, id);
    return outcome;
  }
  paymentFailed(world, invoice, { byHand, outcome });
  return outcome;
}

/** A paid invoice brings its subscription back, if it is the one that counts. */
export function invoicePaid(world: World, id: string): void {
  const invoice = world.store.get("invoice", id);
  const subscription = subscriptionOf(invoice);
  const found = subscription ? world.store.find("subscription", subscription) : undefined;
  if (found?.latest_invoice === id && ["incomplete", "past_due", "unpaid"].includes(found.status)) {
    world.update("subscription", found.id, { status: "active" });
  }
  setDelinquent(world, invoice);
}

interface Failure {
  readonly byHand: boolean;
  readonly outcome: PaymentOutcome;
}

function paymentFailed(world: World, invoice: Stripe.Invoice, { byHand, outcome }: Failure): void {
  const { retryDays } = world.settings;
  const attempts = invoice.attempt_count + 1;
  const first = invoice.billing_reason === "subscription_create";
  const days = first ? undefined : retryDays[attempts - 1];
  const next = byHand ? invoice.next_payment_attempt : days === undefined ? null : world.now(invoice) + days * 86_400;
  const failed = world.update(
    "invoice",
    invoice.id,
    { attempted: true, attempt_count: attempts, next_payment_attempt: next },
    "invoice.payment_failed",
  );
  if (outcome.status === "requires_action") world.events.emit("invoice.payment_action_required", failed);
  const subscription = subscriptionOf(invoice);
  const found = subscription ? world.store.find("subscription", subscription) : undefined;
  if (found?.status === "active" || found?.status === "trialing") world.update("subscription", found.id, { status: "past_due" });
  setDelinquent(world, failed);
  if (next === null && !first && !byHand && found) giveUp(world, found.id);
}

/** After the last attempt: what the account's settings say. */
function giveUp(world: World, subscription: string): void {
  const { afterLastRetry } = world.settings;
  if (afterLastRetry === "canceled") cancelSubscription(world, subscription, { reason: "payment_failed" });
  else if (afterLastRetry === "unpaid") world.update("subscription", subscription, { status: "unpaid" });
}

function setDelinquent(world: World, { customer: reference }: Stripe.Invoice): void {
  const customer = world.store.find("customer", idOf(reference ?? ""));
  if (!customer) return;
  const owes = world.store
    .all("invoice")
    .some(
      ({ customer: id, status, attempted, billing_reason }) =>
        id === customer.id && status === "open" && attempted && billing_reason !== "subscription_create",
    );
  world.update("customer", customer.id, { delinquent: owes });
}
