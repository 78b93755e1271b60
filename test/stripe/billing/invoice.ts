import type Stripe from "stripe";
import { sublist } from "../http/list.js";
import { newId } from "../world/ids.js";
import { invalid } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";
import { type Line, lineItem } from "./lines.js";
import type { Period } from "./period.js";

/** How long a draft waits before it is finalized by itself. */
export const DRAFT_SECONDS = 3600;

export interface InvoiceDraft {
  readonly customer: Stripe.Customer;
  readonly subscription?: Stripe.Subscription | undefined;
  readonly lines: readonly Line[];
  readonly reason: Stripe.Invoice.BillingReason;
  readonly period: Period;
  /** False: it stays a draft until somebody finalizes it. */
  readonly autoAdvance: boolean;
  readonly currency: string;
  readonly collection?: Stripe.Invoice.CollectionMethod | undefined;
  readonly daysUntilDue?: number | undefined;
  readonly metadata?: Stripe.Metadata;
  readonly description?: string | null;
  readonly defaultPaymentMethod?: string | null;
  readonly prorationDate?: number | undefined;
}

/** An invoice as a draft. It is kept only by `keepDraft`: a preview never is. */
export function buildInvoice(world: World, draft: InvoiceDraft): Stripe.Invoice {
  const { customer, subscription, lines } = draft;
  const id = newId("in");
  const now = world.now(customer);
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const collection = draft.collection ?? subscription?.collection_method ?? "charge_automatically";
  const data = lines.map((line) => lineItem(world, id, line));
  return {
    id,
    object: "invoice",
    account_country: "US",
    account_name: "Counterpart",
    account_tax_ids: null,
    amount_due: dueOf(customer, total),
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: dueOf(customer, total),
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: draft.autoAdvance,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: draft.autoAdvance ? now + DRAFT_SECONDS : null,
    billing_reason: draft.reason,
    collection_method: collection,
    created: now,
    currency: draft.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: "none",
    customer_tax_ids: [],
    default_payment_method: draft.defaultPaymentMethod ?? null,
    default_source: null,
    default_tax_rates: [],
    description: draft.description ?? null,
    discounts: [],
    due_date: collection === "send_invoice" ? now + (draft.daysUntilDue ?? subscription?.days_until_due ?? 30) * 86_400 : null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    lines: sublist(data, `/v1/invoices/${id}/lines`),
    livemode: world.livemode,
    metadata: draft.metadata ?? {},
    next_payment_attempt: draft.autoAdvance && collection === "charge_automatically" ? now + DRAFT_SECONDS : null,
    number: null,
    on_behalf_of: null,
    parent: subscription ? parentOf(subscription, draft.prorationDate) : null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: draft.period.end,
    period_start: draft.period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: "draft",
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: customer.test_clock ?? null,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: now,
  };
}

function parentOf({ id, metadata }: Stripe.Subscription, prorationDate: number | undefined): Stripe.Invoice.Parent {
  const date = prorationDate === undefined ? {} : { subscription_proration_date: prorationDate };
  return { type: "subscription_details", quote_details: null, subscription_details: { metadata, subscription: id, ...date } };
}

/** What is left to pay when the customer's credit, or debt, is reckoned in. */
function dueOf(customer: Stripe.Customer, total: number): number {
  return Math.max(0, total + customer.balance);
}

/** Keeps a draft and takes the waiting lines that are on it. */
export function keepDraft(world: World, draft: InvoiceDraft): Stripe.Invoice {
  const invoice = world.create("invoice", buildInvoice(world, draft), "invoice.created");
  for (const { invoiceItem } of draft.lines) {
    if (invoiceItem) world.update("invoiceitem", invoiceItem, { invoice: invoice.id }, false);
  }
  if (draft.subscription) world.update("subscription", draft.subscription.id, { latest_invoice: invoice.id }, false);
  return invoice;
}

/** Makes a draft binding: a number, the customer's balance used, and paid at once if nothing is due. */
export function finalize(world: World, id: string): Stripe.Invoice {
  const draft = world.store.get("invoice", id);
  if (draft.status !== "draft") throw invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.");
  const customer = world.store.get("customer", idOf(draft.customer ?? ""));
  const now = world.now(draft);
  const due = dueOf(customer, draft.total);
  const ending = Math.min(0, draft.total + customer.balance);
  if (ending !== customer.balance) world.update("customer", customer.id, { balance: ending });
  const invoice = world.update(
    "invoice",
    id,
    {
      status: "open",
      number: world.nextInvoiceNumber(customer.invoice_prefix ?? ""),
      amount_due: due,
      amount_remaining: due,
      starting_balance: customer.balance,
      ending_balance: ending,
      automatically_finalizes_at: null,
      effective_at: now,
      hosted_invoice_url: `https://invoice.stripe.com/i/${world.accountId}/test_${id}`,
      invoice_pdf: `https://pay.stripe.com/invoice/${world.accountId}/test_${id}/pdf`,
      status_transitions: { ...draft.status_transitions, finalized_at: now },
    },
    "invoice.finalized",
  );
  return due === 0 ? settle(world, id, { amount: 0 }) : invoice;
}

/** Marks an open invoice as paid. */
export function settle(world: World, id: string, { amount }: { amount: number }): Stripe.Invoice {
  const before = world.store.get("invoice", id);
  const now = world.now(before);
  const invoice = world.update(
    "invoice",
    id,
    {
      status: "paid",
      amount_paid: amount,
      amount_remaining: before.amount_due - amount,
      attempted: true,
      next_payment_attempt: null,
      status_transitions: { ...before.status_transitions, paid_at: now },
    },
    "invoice.paid",
  );
  world.events.emit("invoice.payment_succeeded", invoice);
  return invoice;
}

/** The subscription that an invoice bills, if it bills one. */
export function subscriptionOf({ parent }: Stripe.Invoice): string | undefined {
  const subscription = parent?.subscription_details?.subscription;
  return subscription === undefined ? undefined : idOf(subscription);
}
