import type Stripe from "stripe";
import { stateOf } from "../subscription-state.js";
import type { Drift } from "./drift.js";
import type { KnownSubscription } from "./known.js";

/** What a subscription that both know differs in; one thing at a time, the one that costs most first. */
export function compare(known: KnownSubscription, found: Stripe.Subscription): Drift | undefined {
  const { accountId, slug, stripeId: object } = known;
  const about = { accountId, slug, object };
  const price = found.items.data[0]?.price;
  const product = typeof price?.product === "string" ? price.product : price?.product.id;
  if (price && known.product !== null && product !== known.product) {
    return { ...about, class: "other-plan", inDatabase: known.plan, atStripe: price.lookup_key ?? product ?? price.id };
  }
  if (price && price.id !== known.stripePriceId) {
    return { ...about, class: "price-changed", inDatabase: known.stripePriceId, atStripe: price.id };
  }
  const [inDatabase, atStripe] = [describe(ofDatabase(known)), describe(ofStripe(found))];
  return inDatabase === atStripe ? undefined : { ...about, class: "other-status", inDatabase, atStripe };
}

interface Comparable {
  readonly status: string;
  readonly paused: boolean;
  readonly collection: string | null;
  /** Seconds since 1970. */
  readonly periodEnd: number | null;
  readonly cancelAt: number | null;
}

function ofDatabase({ status, pausedAt, collectionMethod, currentPeriodEnd, cancelAt }: KnownSubscription): Comparable {
  return {
    status,
    paused: pausedAt !== null,
    collection: collectionMethod,
    periodEnd: currentPeriodEnd && currentPeriodEnd.getTime() / 1000,
    cancelAt: cancelAt && cancelAt.getTime() / 1000,
  };
}

function ofStripe(found: Stripe.Subscription): Comparable {
  const { status, paused, collectionMethod, periodEnd, cancelAt } = stateOf(found);
  return { status, paused, collection: collectionMethod, periodEnd, cancelAt };
}

function describe({ status, paused, collection, periodEnd, cancelAt }: Comparable): string {
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000", "");
  return [
    status,
    ...(paused ? ["paused"] : []),
    ...(collection === null ? [] : [collection]),
    ...(periodEnd === null ? [] : [`until ${day(periodEnd)}`]),
    ...(cancelAt === null ? [] : [`ends ${day(cancelAt)}`]),
  ].join(", ");
}
