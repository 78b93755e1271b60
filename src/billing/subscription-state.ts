import type Stripe from "stripe";

/** A subscription as control.mirror_subscription() takes it; times in seconds since 1970. */
export interface SubscriptionState {
  readonly id: string;
  readonly status: Stripe.Subscription.Status;
  /** Whether its tenant owes, also after Stripe has given it up for that. */
  readonly unpaid: boolean;
  readonly item: string | null;
  readonly price: string | null;
  readonly collectionMethod: Stripe.Subscription.CollectionMethod | null;
  readonly paused: boolean;
  readonly periodStart: number | null;
  readonly periodEnd: number | null;
  readonly cancelAt: number | null;
  readonly canceledAt: number | null;
}

/** What the database keeps of a subscription. Periods are the item's: azora's subscriptions have one. */
export function stateOf(subscription: Stripe.Subscription): SubscriptionState {
  const [item] = subscription.items.data;
  return {
    id: subscription.id,
    status: subscription.status,
    unpaid: isUnpaid(subscription),
    item: item?.id ?? null,
    price: item?.price.id ?? null,
    collectionMethod: subscription.collection_method,
    paused: subscription.pause_collection !== null,
    periodStart: item?.current_period_start ?? null,
    periodEnd: item?.current_period_end ?? null,
    cancelAt: subscription.cancel_at,
    canceledAt: subscription.canceled_at,
  };
}

const UNPAID: ReadonlySet<string> = new Set(["past_due", "unpaid", "incomplete", "incomplete_expired"]);

function isUnpaid({ status, cancellation_details: details }: Stripe.Subscription): boolean {
  return UNPAID.has(status) || (status === "canceled" && details?.reason === "payment_failed");
}

/** One that Stripe doesn't have any more. */
export function goneState(id: string): SubscriptionState {
  return {
    id,
    status: "canceled",
    unpaid: false,
    item: null,
    price: null,
    collectionMethod: null,
    paused: false,
    periodStart: null,
    periodEnd: null,
    cancelAt: null,
    canceledAt: null,
  };
}
