import type Stripe from "stripe";
import { amountOf, pendingItem, productName } from "../billing/lines.js";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { mergeMetadata } from "../world/metadata.js";
import { invalid } from "../world/stripe-fault.js";
import { idOf } from "../world/world.js";

export const invoiceItemRoutes = [
  route<Stripe.InvoiceItemCreateParams, Stripe.InvoiceItem>(
    "POST /v1/invoiceitems",
    "amount currency customer description metadata metadata.* period.start period.end pricing.price quantity subscription",
    create,
  ),
  route("GET /v1/invoiceitems", "limit starting_after ending_before customer invoice pending", list),
  route("GET /v1/invoiceitems/{id}", "", ({ world, id }: Call<object>) => world.store.get("invoiceitem", id)),
  route("DELETE /v1/invoiceitems/{id}", "", del),
];

function create({ world, params }: Call<Stripe.InvoiceItemCreateParams>): Stripe.InvoiceItem {
  if (params.customer === undefined)
    throw invalid("Missing required param: customer.", { code: "parameter_missing", param: "customer" });
  const customer = world.store.get("customer", params.customer, "customer");
  const price = params.pricing?.price === undefined ? null : world.store.get("price", params.pricing.price, "pricing[price]");
  const { quantity = 1, subscription = null } = params;
  if (subscription !== null) world.store.get("subscription", subscription, "subscription");
  if (!price && (params.amount === undefined || params.currency === undefined)) {
    throw invalid("You must specify either `amount` and `currency`, or `pricing[price]`.", {
      code: "parameter_missing",
      param: "amount",
    });
  }
  const now = world.now(customer);
  return pendingItem(world, customer, {
    amount: price ? amountOf(price, quantity) : (params.amount ?? 0),
    currency: price?.currency ?? params.currency ?? "usd",
    description: params.description ?? (price ? productName(world, price) : ""),
    period: params.period ?? { start: now, end: now },
    price,
    quantity,
    proration: false,
    subscription,
    subscriptionItem: null,
    invoiceItem: null,
    metadata: mergeMetadata({}, params.metadata),
  });
}

function list({ world, params }: Call<Stripe.InvoiceItemListParams>): Stripe.ApiList<Stripe.InvoiceItem> {
  const { customer, invoice, pending } = params;
  const wanted = world.store
    .all("invoiceitem")
    .filter(
      (item) =>
        (!customer || idOf(item.customer) === customer) &&
        (!invoice || item.invoice === invoice) &&
        (pending === undefined || (item.invoice === null) === pending),
    );
  // An item has `date` where other objects have `created`.
  const { created: _, ...page } = params;
  return paginate(wanted, page, { url: "/v1/invoiceitems", noun: "invoiceitem" });
}

function del({ world, id }: Call<object>): Stripe.DeletedInvoiceItem {
  const item = world.store.get("invoiceitem", id);
  if (item.invoice !== null)
    throw invalid("You can only delete invoice items that are not on an invoice yet.", { code: "invoice_not_editable" });
  world.remove("invoiceitem", id);
  return { id, object: "invoiceitem", deleted: true };
}
