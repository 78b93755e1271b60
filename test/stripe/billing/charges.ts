import type Stripe from "stripe";
import { idOf, type World } from "../world/world.js";
import { amountOf, type Line, productName } from "./lines.js";
import { type Period, writtenDay } from "./period.js";
import { usageOf } from "./usage.js";

interface Billed {
  readonly subscription: string;
  readonly item: Stripe.SubscriptionItem;
  readonly period: Period;
}

function line(
  { subscription, item, period }: Billed,
  rest: Pick<Line, "amount" | "description" | "proration" | "quantity">,
): Line {
  return {
    ...rest,
    currency: item.price.currency,
    period,
    price: item.price,
    subscription,
    subscriptionItem: item.id,
    invoiceItem: null,
    metadata: item.metadata,
  };
}

const isMetered = ({ price }: Stripe.SubscriptionItem): boolean => price.recurring?.usage_type === "metered";

function every({ price }: Stripe.SubscriptionItem): string {
  const { interval = "month", interval_count: count = 1 } = price.recurring ?? {};
  const amount = ((price.unit_amount ?? 0) / 100).toFixed(2);
  return `(at $${amount} / ${count === 1 ? interval : `every ${count} ${interval}s`})`;
}

/** What a period costs that begins now: licensed items in advance. */
export function advanceLines(
  world: World,
  { id }: Pick<Stripe.Subscription, "id">,
  { items, period }: { items: readonly Stripe.SubscriptionItem[]; period: Period },
): Line[] {
  return items
    .filter((item) => !isMetered(item))
    .map((item) => {
      const quantity = item.quantity ?? 1;
      const description = `${quantity} × ${productName(world, item.price)} ${every(item)}`;
      return line(
        { subscription: id, item, period },
        { amount: amountOf(item.price, quantity), description, proration: false, quantity },
      );
    });
}

/** What a period cost that ended: metered items by what was used. */
export function arrearLines(
  world: World,
  subscription: Stripe.Subscription,
  { items, period }: { items: readonly Stripe.SubscriptionItem[]; period: Period },
): Line[] {
  return items.filter(isMetered).map((item) => {
    const quantity = usageOf(world, { meter: item.price.recurring?.meter ?? "", customer: idOf(subscription.customer), period });
    const description = `${quantity} × ${productName(world, item.price)} ${every(item)}`;
    return line(
      { subscription: subscription.id, item, period },
      { amount: amountOf(item.price, quantity), description, proration: false, quantity },
    );
  });
}

/** What a free trial shows on its invoice. */
export function trialLines(
  world: World,
  { id }: Pick<Stripe.Subscription, "id">,
  { items, period }: { items: readonly Stripe.SubscriptionItem[]; period: Period },
): Line[] {
  return items
    .filter((item) => !isMetered(item))
    .map((item) => {
      const description = `Trial period for ${productName(world, item.price)}`;
      return line({ subscription: id, item, period }, { amount: 0, description, proration: false, quantity: item.quantity ?? 1 });
    });
}

export interface Proration {
  readonly before: readonly Stripe.SubscriptionItem[];
  readonly after: readonly Stripe.SubscriptionItem[];
  /** The moment of the change. */
  readonly at: number;
  readonly subscription: string;
  /** Nothing is charged for the rest of the period: a new one begins. */
  readonly creditOnly?: boolean;
}

/** Credits for what was paid and isn't used, charges for the rest of the period: to the second. */
export function prorate(world: World, { before, after, at, subscription, creditOnly = false }: Proration): Line[] {
  const credits = before
    .filter((item) => !isMetered(item) && (creditOnly || differs(item, after)))
    .map((item) => part(world, { item, at, subscription, sign: -1 }));
  if (creditOnly) return credits;
  return [
    ...credits,
    ...after
      .filter((item) => !isMetered(item) && differs(item, before))
      .map((item) => part(world, { item, at, subscription, sign: 1 })),
  ];
}

function differs(item: Stripe.SubscriptionItem, others: readonly Stripe.SubscriptionItem[]): boolean {
  const other = others.find(({ id }) => id === item.id);
  return !other || other.price.id !== item.price.id || other.quantity !== item.quantity;
}

function part(
  world: World,
  { item, at, subscription, sign }: { item: Stripe.SubscriptionItem; at: number; subscription: string; sign: 1 | -1 },
): Line {
  const { current_period_start: start, current_period_end: end, quantity = 1 } = item;
  const share = Math.max(0, end - at) / (end - start);
  const amount = Math.round(amountOf(item.price, quantity) * share) * sign;
  const name = `${quantity > 1 ? `${quantity} × ` : ""}${productName(world, item.price)}`;
  const description = `${sign < 0 ? "Unused" : "Remaining"} time on ${name} after ${writtenDay(at)}`;
  return line(
    { subscription, item, period: { start: at, end } },
    { amount: amount === 0 ? 0 : amount, description, proration: true, quantity },
  );
}
