import type Stripe from "stripe";
import { periodAt } from "./period.js";

/** When the period ends that holds a moment: all items of a subscription recur alike. */
export function periodEndOf(items: readonly Stripe.SubscriptionItem[], { anchor, at }: { anchor: number; at: number }): number {
  const recurring = items[0]?.price.recurring;
  if (!recurring) throw new Error("A subscription's price recurs.");
  return periodAt(anchor, recurring, at).end;
}

/** The end of what is paid for: the items carry it, a subscription no more. */
export function currentPeriodEnd({ items }: Stripe.Subscription): number {
  return Math.min(...items.data.map(({ current_period_end: end }) => end));
}

export function currentPeriodStart({ items }: Stripe.Subscription): number {
  return Math.min(...items.data.map(({ current_period_start: start }) => start));
}
