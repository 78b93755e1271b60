import type Stripe from "stripe";
import { invalid } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";
import { type ItemsChange, planChange } from "./change.js";
import { advanceLines, arrearLines } from "./charges.js";
import { buildInvoice } from "./invoice.js";
import { lineOf, pendingItems } from "./lines.js";
import { currentPeriodEnd, currentPeriodStart, periodEndOf } from "./schedule.js";

/**
 * The invoice that a subscription's next period, or a change that is billed at once, would
 * bring. Nothing is kept; the amounts are those of the change itself at `proration_date`.
 */
export function previewInvoice(world: World, params: Stripe.InvoiceCreatePreviewParams): Stripe.Invoice {
  const subscription = subscriptionOf(world, params);
  if (subscription.status === "canceled")
    throw invalid("No upcoming invoices for customer: the subscription is canceled.", { code: "invoice_upcoming_none" });
  const customer = world.store.get("customer", idOf(subscription.customer));
  const details = params.subscription_details ?? {};
  const plan = planChange(world, subscription, details as ItemsChange);
  const waiting = pendingItems(world, customer.id, subscription.id).map((item) => lineOf(world, item));
  const atOnce = plan.restarts || (details.proration_behavior === "always_invoice" && plan.prorations.length > 0);
  const now = world.now(subscription);
  const start = currentPeriodEnd(subscription);
  const next = { start, end: periodEndOf(plan.items, { anchor: plan.anchor, at: start }) };
  const ended = { start: currentPeriodStart(subscription), end: start };
  const renewal = atOnce
    ? plan.advance
    : [
        ...arrearLines(world, subscription, { items: subscription.items.data, period: ended }),
        ...advanceLines(world, subscription, { items: plan.items, period: next }),
      ];
  const invoice = buildInvoice(world, {
    customer,
    subscription,
    lines: [...waiting, ...plan.prorations, ...renewal],
    reason: "upcoming",
    period: atOnce ? { start: ended.start, end: now } : ended,
    autoAdvance: true,
    currency: subscription.currency,
    prorationDate: details.proration_date ?? (params.subscription_details?.items ? now : undefined),
  });
  const id = invoice.id.replace(/^in_/, "upcoming_in_");
  return { ...invoice, id, next_payment_attempt: atOnce ? now : start, automatically_finalizes_at: null };
}

function subscriptionOf(world: World, { subscription, customer }: Stripe.InvoiceCreatePreviewParams): Stripe.Subscription {
  if (subscription !== undefined) return world.store.get("subscription", subscription, "subscription");
  if (customer === undefined) throw invalid("You must provide either a customer or a subscription.", { param: "subscription" });
  world.store.get("customer", customer, "customer");
  const going = world.store.all("subscription").find((each) => idOf(each.customer) === customer && each.status !== "canceled");
  if (!going) throw invalid(`No upcoming invoices for customer: ${customer}`, { code: "invoice_upcoming_none" });
  return going;
}
