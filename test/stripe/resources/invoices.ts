import type Stripe from "stripe";
import { cardError } from "../billing/cards.js";
import { collect, invoicePaid } from "../billing/collect.js";
import { DRAFT_SECONDS, finalize, keepDraft, settle, subscriptionOf } from "../billing/invoice.js";
import { lineOf, pendingItems } from "../billing/lines.js";
import { cancelPayment } from "../billing/payment.js";
import { previewInvoice } from "../billing/preview.js";
import { markUncollectible, voidInvoice } from "../billing/renew.js";
import { paginate, sublist } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { mergeMetadata } from "../world/metadata.js";
import { invalid } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";

export const invoiceRoutes = [
  route<Stripe.InvoiceCreateParams, Stripe.Invoice>(
    "POST /v1/invoices",
    "auto_advance collection_method currency customer days_until_due default_payment_method description metadata metadata.* pending_invoice_items_behavior subscription",
    create,
  ),
  route<Stripe.InvoiceCreatePreviewParams, Stripe.Invoice>(
    "POST /v1/invoices/create_preview",
    `customer subscription subscription_details.items.* subscription_details.proration_behavior subscription_details.proration_date
     subscription_details.billing_cycle_anchor.type subscription_details.trial_end`,
    ({ world, params }) => previewInvoice(world, params),
  ),
  route(
    "GET /v1/invoices",
    "limit starting_after ending_before collection_method created created.* customer status subscription",
    list,
  ),
  route("GET /v1/invoices/{id}", "", ({ world, id }: Call<object>) => world.store.get("invoice", id)),
  route<Stripe.InvoiceUpdateParams, Stripe.Invoice>(
    "POST /v1/invoices/{id}",
    "auto_advance default_payment_method description metadata metadata.*",
    update,
  ),
  route("DELETE /v1/invoices/{id}", "", del),
  route("GET /v1/invoices/{id}/lines", "limit starting_after ending_before", lines),
  route<Stripe.InvoiceFinalizeInvoiceParams, Stripe.Invoice>("POST /v1/invoices/{id}/finalize", "auto_advance", finalizeByHand),
  route<Stripe.InvoicePayParams, Stripe.Invoice>(
    "POST /v1/invoices/{id}/pay",
    "off_session paid_out_of_band payment_method",
    pay,
  ),
  route("POST /v1/invoices/{id}/void", "", ({ world, id }: Call<object>) => close(world, id, { by: voidInvoice, what: "void" })),
  route("POST /v1/invoices/{id}/mark_uncollectible", "", ({ world, id }: Call<object>) =>
    close(world, id, { by: markUncollectible, what: "mark as uncollectible" }),
  ),
];

/** `payments` of an invoice, when it is expanded. */
export function paymentsOf(world: World, { id }: { readonly id: string }): Stripe.ApiList<Stripe.InvoicePayment> {
  return sublist(
    world.store.all("invoice_payment").filter(({ invoice }) => invoice === id),
    `/v1/invoice_payments?invoice=${id}`,
    10,
  );
}

function create({ world, params }: Call<Stripe.InvoiceCreateParams>): Stripe.Invoice {
  if (params.customer === undefined)
    throw invalid("Missing required param: customer.", { code: "parameter_missing", param: "customer" });
  const customer = world.store.get("customer", params.customer, "customer");
  const subscription =
    params.subscription === undefined ? undefined : world.store.get("subscription", params.subscription, "subscription");
  const now = world.now(customer);
  const include = params.pending_invoice_items_behavior === "include";
  const waiting = include ? pendingItems(world, customer.id, subscription?.id ?? null).map((item) => lineOf(world, item)) : [];
  return keepDraft(world, {
    customer,
    subscription,
    lines: waiting,
    reason: subscription ? "subscription_update" : "manual",
    period: { start: now, end: now },
    autoAdvance: params.auto_advance ?? false,
    currency: params.currency ?? subscription?.currency ?? customer.currency ?? waiting[0]?.currency ?? "usd",
    collection: params.collection_method,
    daysUntilDue: params.days_until_due,
    metadata: mergeMetadata({}, params.metadata),
    description: params.description ?? null,
    defaultPaymentMethod: params.default_payment_method ?? null,
  });
}

function list({ world, params }: Call<Stripe.InvoiceListParams>): Stripe.ApiList<Stripe.Invoice> {
  const { customer, status, subscription, collection_method: collection } = params;
  const wanted = world.store
    .all("invoice")
    .filter(
      (invoice) =>
        (!customer || invoice.customer === customer) &&
        (!status || invoice.status === status) &&
        (!subscription || subscriptionOf(invoice) === subscription) &&
        (!collection || invoice.collection_method === collection),
    );
  return paginate(wanted, params, { url: "/v1/invoices", noun: "invoice" });
}

function update({ world, id, params }: Call<Stripe.InvoiceUpdateParams>): Stripe.Invoice {
  const before = world.store.get("invoice", id);
  const advance = params.auto_advance;
  const finalizesAt =
    before.status === "draft" && advance
      ? world.now(before) + DRAFT_SECONDS
      : advance === false
        ? null
        : before.automatically_finalizes_at;
  return world.update("invoice", id, {
    ...(advance !== undefined && { auto_advance: advance, automatically_finalizes_at: finalizesAt }),
    default_payment_method: params.default_payment_method ?? before.default_payment_method,
    description: params.description ?? before.description,
    metadata: mergeMetadata(before.metadata ?? {}, params.metadata),
  });
}

function del({ world, id }: Call<object>): Stripe.DeletedInvoice {
  const { status } = world.store.get("invoice", id);
  if (status !== "draft") throw invalid("You can only delete draft invoices.", { code: "invoice_not_editable" });
  for (const item of world.store.all("invoiceitem")) {
    if (item.invoice === id) world.update("invoiceitem", item.id, { invoice: null }, false);
  }
  world.remove("invoice", id);
  return { id, object: "invoice", deleted: true };
}

function lines({ world, id, params }: Call<Stripe.InvoiceListLineItemsParams>): Stripe.ApiList<Stripe.InvoiceLineItem> {
  const { data } = world.store.get("invoice", id).lines;
  return paginate([...data].reverse(), params, { url: `/v1/invoices/${id}/lines`, noun: "line_item" });
}

function finalizeByHand({ world, id, params }: Call<Stripe.InvoiceFinalizeInvoiceParams>): Stripe.Invoice {
  const invoice = finalize(world, id);
  const advance = params.auto_advance ?? invoice.auto_advance ?? false;
  if (invoice.status !== "open" || invoice.collection_method !== "charge_automatically") return invoice;
  return world.update(
    "invoice",
    id,
    { auto_advance: advance, next_payment_attempt: advance ? world.now(invoice) + DRAFT_SECONDS : null },
    false,
  );
}

function pay({ world, id, params }: Call<Stripe.InvoicePayParams>): Stripe.Invoice {
  const draft = world.store.get("invoice", id);
  const invoice = draft.status === "draft" ? finalize(world, id) : draft;
  if (draft.status === "paid") throw invalid("Invoice is already paid");
  if (invoice.status === "paid") return invoice;
  if (invoice.status === "void") throw invalid("This invoice is voided and can't be paid.");
  if (params.paid_out_of_band) {
    cancelPayment(world, invoice);
    settle(world, id, { amount: invoice.amount_remaining });
    invoicePaid(world, id);
    return world.store.get("invoice", id);
  }
  if (params.payment_method !== undefined) world.store.get("payment_method", params.payment_method, "payment_method");
  const outcome = collect(world, id, { method: params.payment_method, byHand: true });
  if (outcome.status === "paid") return world.store.get("invoice", id);
  if (outcome.status === "requires_action") {
    const message = "The payment for this invoice requires additional user action before it can be completed successfully.";
    throw cardError({ code: "invoice_payment_intent_requires_action", message }, { payment_intent: outcome.intent });
  }
  if (outcome.decline.code === "missing") throw invalid(outcome.decline.message, { code: "resource_missing" });
  throw cardError(outcome.decline, { payment_intent: outcome.intent, charge: outcome.intent?.latest_charge ?? undefined });
}

function close(
  world: World,
  id: string,
  { by, what }: { by: (world: World, invoice: Stripe.Invoice) => Stripe.Invoice; what: string },
): Stripe.Invoice {
  const invoice = world.store.get("invoice", id);
  if (invoice.status !== "open" && invoice.status !== "uncollectible") {
    throw invalid(`You can only ${what} an invoice that is open (it is ${invoice.status}).`, {
      code: "status_transition_invalid",
    });
  }
  by(world, invoice);
  const subscription = subscriptionOf(invoice);
  if (subscription !== undefined && idOf(world.store.get("subscription", subscription).latest_invoice ?? "") === id)
    invoicePaid(world, id);
  return world.store.get("invoice", id);
}
