import { AzoraError } from "../errors.js";
import type { Billing } from "./connection.js";
import { type SubscriptionState, stateOf } from "./subscription-state.js";

/** A subscription as Stripe has it, and when it was asked for: what was asked for earlier never takes its place. */
export interface SeenSubscription {
  readonly state: SubscriptionState;
  /** By the database's clock, to the microsecond, as it writes it. */
  readonly seenAt: string;
}

/**
 * Asks Stripe what a subscription is now.
 * @returns undefined when Stripe has none of that id: that is for billing:sync to judge
 * @throws AzoraError as the client's
 */
export async function askSubscription({ control, stripe }: Billing, id: string): Promise<SeenSubscription | undefined> {
  // Before the request, so that nothing that happens after this moment is taken for seen.
  const [clock] = await control.client.$queryRaw<{ now: string }[]>`SELECT clock_timestamp()::text AS now`;
  try {
    const subscription = await stripe.read("read the subscription", (api) => api.subscriptions.retrieve(id));
    return { state: stateOf(subscription), seenAt: clock?.now ?? "" };
  } catch (error) {
    if (error instanceof AzoraError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
