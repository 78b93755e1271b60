import Stripe from "stripe";
import { newId } from "../world/ids.js";
import { idOf, type World } from "../world/world.js";
import type { Period } from "./period.js";

/** What is billed in one line, before it is on an invoice. */
export interface Line {
  /** Minor units; negative for a credit. */
  readonly amount: number;
  readonly currency: string;
  readonly description: string;
  readonly period: Period;
  readonly price: Stripe.Price | null;
  readonly quantity: number;
  readonly proration: boolean;
  readonly subscription: string | null;
  readonly subscriptionItem: string | null;
  readonly invoiceItem: string | null;
  readonly metadata: Stripe.Metadata;
}

/** Price times quantity in minor units, rounded as Stripe does where a price has fractions. */
export function amountOf(price: Stripe.Price, quantity: number): number {
  return Math.round(Number(price.unit_amount_decimal?.toString() ?? price.unit_amount ?? 0) * quantity);
}

export function productName(world: World, price: Stripe.Price): string {
  return world.store.find("product", idOf(price.product as string))?.name ?? price.id;
}

function pricing(price: Stripe.Price | null): Stripe.InvoiceLineItem.Pricing | null {
  if (!price) return null;
  const price_details = { price: price.id, product: idOf(price.product as string) };
  return { type: "price_details", price_details, unit_amount_decimal: price.unit_amount_decimal };
}

/** A line as an invoice shows it. */
export function lineItem(world: World, invoice: string | null, line: Line): Stripe.InvoiceLineItem {
  const { subscription, subscriptionItem, invoiceItem, proration } = line;
  const details = { proration, proration_details: proration ? { credited_items: null } : null, subscription };
  const parent: Stripe.InvoiceLineItem.Parent = subscriptionItem
    ? {
        type: "subscription_item_details",
        invoice_item_details: null,
        subscription_item_details: { ...details, invoice_item: invoiceItem, subscription_item: subscriptionItem },
      }
    : {
        type: "invoice_item_details",
        invoice_item_details: { ...details, invoice_item: invoiceItem ?? "" },
        subscription_item_details: null,
      };
  return {
    id: newId("il"),
    object: "line_item",
    amount: line.amount,
    currency: line.currency,
    description: line.description,
    discount_amounts: [],
    discountable: !proration,
    discounts: [],
    invoice,
    livemode: world.livemode,
    metadata: line.metadata,
    parent,
    period: line.period,
    pretax_credit_amounts: [],
    pricing: pricing(line.price),
    quantity: line.quantity,
    quantity_decimal: Stripe.Decimal.from(line.quantity),
    subscription,
    subtotal: line.amount,
    taxes: [],
  };
}

/** Keeps a line for the customer's next invoice. */
export function pendingItem(world: World, customer: Stripe.Customer, line: Line): Stripe.InvoiceItem {
  const { subscription, subscriptionItem } = line;
  const item: Stripe.InvoiceItem = {
    id: newId("ii"),
    object: "invoiceitem",
    amount: line.amount,
    currency: line.currency,
    customer: customer.id,
    customer_account: null,
    date: world.now(customer),
    description: line.description,
    discountable: !line.proration,
    discounts: [],
    invoice: null,
    livemode: world.livemode,
    metadata: line.metadata,
    net_amount: line.amount,
    parent: subscription
      ? {
          type: "subscription_details",
          subscription_details: { subscription, ...(subscriptionItem && { subscription_item: subscriptionItem }) },
        }
      : null,
    period: line.period,
    pricing: pricing(line.price),
    proration: line.proration,
    ...(line.proration && { proration_details: { credited_items: null, discount_amounts: [] } }),
    quantity: line.quantity,
    quantity_decimal: Stripe.Decimal.from(line.quantity),
    tax_rates: [],
    test_clock: customer.test_clock ?? null,
  };
  return world.create("invoiceitem", item, "invoiceitem.created");
}

/** The lines that wait for an invoice: a subscription's own, or those of none. */
export function pendingItems(world: World, customer: string, subscription: string | null): Stripe.InvoiceItem[] {
  return world.store
    .all("invoiceitem")
    .filter(
      (item) =>
        item.invoice === null &&
        idOf(item.customer) === customer &&
        [subscription, null].includes(item.parent?.subscription_details?.subscription ?? null),
    );
}

export function lineOf(world: World, item: Stripe.InvoiceItem): Line {
  const price = item.pricing?.price_details?.price;
  const details = item.parent?.subscription_details;
  return {
    amount: item.amount,
    currency: item.currency,
    description: item.description ?? "",
    period: item.period,
    price: price ? (world.store.find("price", idOf(price)) ?? null) : null,
    quantity: item.quantity,
    proration: item.proration,
    subscription: details?.subscription ?? null,
    subscriptionItem: details?.subscription_item ?? null,
    invoiceItem: item.id,
    metadata: item.metadata ?? {},
  };
}
