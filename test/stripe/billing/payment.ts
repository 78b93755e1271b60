import type Stripe from "stripe";
import { newId } from "../world/ids.js";
import { idOf, type World } from "../world/world.js";
import { type Decline, testCard } from "./cards.js";
import { chargeObject, intentObject } from "./payment-objects.js";

export type PaymentOutcome =
  | { readonly status: "paid" }
  | { readonly status: "declined"; readonly decline: Decline; readonly intent?: Stripe.PaymentIntent }
  | { readonly status: "requires_action"; readonly intent?: Stripe.PaymentIntent };

/** The method that an invoice is paid with: its own, the subscription's, the customer's. */
export function methodFor(
  world: World,
  { customer, subscription, own }: { customer: string; subscription?: string | undefined; own?: string | null },
): string | null {
  const bySubscription = subscription ? world.store.find("subscription", subscription)?.default_payment_method : null;
  const byCustomer = world.store.find("customer", customer)?.invoice_settings.default_payment_method;
  const found = own ?? bySubscription ?? byCustomer ?? null;
  return found === null ? null : idOf(found);
}

/** What charging a method would come to; a bank of test cards always decides alike. */
export function foresee(world: World, method: string | null): PaymentOutcome {
  if (method === null) {
    return {
      status: "declined",
      decline: { code: "missing", message: "There is no default_payment_method set on this Customer or Invoice." },
    };
  }
  const card = testCard(world.cards.get(method) ?? "");
  if (card?.charge) return { status: "declined", decline: card.charge };
  return card?.authenticates ? { status: "requires_action" } : { status: "paid" };
}

/** Charges an open invoice once; its payment intent is made with the first attempt and used for all. */
export function charge(world: World, invoice: Stripe.Invoice, method: string | null): PaymentOutcome {
  const outcome = foresee(world, method);
  const payment = paymentOf(world, invoice);
  const intent = world.store.get("payment_intent", idOf(payment.payment.payment_intent ?? ""));
  if (method === null) return outcome;
  if (outcome.status === "requires_action") {
    const next_action: Stripe.PaymentIntent.NextAction = { type: "use_stripe_sdk", use_stripe_sdk: {} };
    const waiting = world.update(
      "payment_intent",
      intent.id,
      { status: "requires_action", payment_method: method, next_action },
      "payment_intent.requires_action",
    );
    return { ...outcome, intent: waiting };
  }
  const decline = outcome.status === "declined" ? outcome.decline : undefined;
  const made = chargeObject(world, { intent, invoice, method, decline });
  world.create("charge", made, decline ? "charge.failed" : "charge.succeeded");
  if (decline) {
    const last_payment_error = errorOf(world, { decline, charge: made.id, method });
    const failed = world.update(
      "payment_intent",
      intent.id,
      { status: "requires_payment_method", payment_method: null, latest_charge: made.id, last_payment_error },
      "payment_intent.payment_failed",
    );
    return { status: "declined", decline, intent: failed };
  }
  world.update(
    "payment_intent",
    intent.id,
    {
      status: "succeeded",
      payment_method: method,
      amount_received: intent.amount,
      latest_charge: made.id,
      last_payment_error: null,
      next_action: null,
    },
    "payment_intent.succeeded",
  );
  const paid_at = world.now(invoice);
  const changes = { status: "paid", amount_paid: intent.amount, status_transitions: { canceled_at: null, paid_at } };
  world.update("invoice_payment", payment.id, changes, "invoice_payment.paid");
  return outcome;
}

/** Ends the payment of an invoice that nobody is to pay any more. */
export function cancelPayment(world: World, invoice: Stripe.Invoice): void {
  const payment = world.store.all("invoice_payment").find((each) => each.invoice === invoice.id && each.status === "open");
  if (!payment) return;
  const canceled_at = world.now(invoice);
  world.update("invoice_payment", payment.id, { status: "canceled", status_transitions: { canceled_at, paid_at: null } }, false);
  const intent = idOf(payment.payment.payment_intent ?? "");
  world.update(
    "payment_intent",
    intent,
    { status: "canceled", canceled_at, cancellation_reason: "void_invoice" },
    "payment_intent.canceled",
  );
}

/** The payment of an invoice, made when it is first needed. */
export function paymentOf(world: World, invoice: Stripe.Invoice): Stripe.InvoicePayment {
  const known = world.store.all("invoice_payment").find((each) => each.invoice === invoice.id && each.status !== "canceled");
  if (known) return known;
  const intent = world.create("payment_intent", intentObject(world, invoice), "payment_intent.created");
  return world.create("invoice_payment", {
    id: newId("inpay"),
    object: "invoice_payment",
    amount_paid: null,
    amount_requested: invoice.amount_remaining,
    created: world.now(invoice),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: world.livemode,
    payment: { type: "payment_intent", payment_intent: intent.id },
    status: "open",
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

function errorOf(
  world: World,
  { decline, charge: id, method }: { decline: Decline; charge: string; method: string },
): Stripe.PaymentIntent.LastPaymentError {
  const { code, decline_code, message } = decline;
  const payment_method = world.store.get("payment_method", method);
  const error = { type: "card_error", charge: id, code, message, ...(decline_code && { decline_code }), payment_method };
  return error as Stripe.PaymentIntent.LastPaymentError;
}
