import type Stripe from "stripe";
import { AzoraError } from "../../errors.js";
import type { Billing } from "../connection.js";
import { EVENT_TYPES } from "./event-types.js";
import type { StripeEvent } from "./stripe-event.js";

export interface EventPage {
  /** Oldest first. */
  readonly events: readonly StripeEvent[];
  /** When the list was asked for, by the database's clock, if this is its end; null if more follows. */
  readonly readAt: string | null;
}

/**
 * What happened after an event, page by page; with null, or after one that Stripe has forgotten, from the oldest
 * that there is.
 * @throws AzoraError as the client's
 */
export async function* pagesAfter(billing: Billing, eventId: string | null): AsyncGenerator<EventPage> {
  let after = eventId;
  for (;;) {
    const [clock] = await billing.control.client.$queryRaw<{ now: string }[]>`SELECT clock_timestamp()::text AS now`;
    const page = after === null ? undefined : await pageAfter(billing, after);
    if (page) {
      const events = page.data.toReversed();
      yield { events, readAt: page.has_more ? null : (clock?.now ?? null) };
      if (!page.has_more) return;
      after = events.at(-1)?.id ?? after;
      continue;
    }
    // Nothing to begin from, or what we began from is older than Stripe keeps: the oldest that there is.
    const oldest = await oldestEvent(billing);
    yield { events: oldest ? [oldest] : [], readAt: oldest ? null : (clock?.now ?? null) };
    if (!oldest) return;
    after = oldest.id;
  }
}

/** @returns undefined when Stripe doesn't know the event any more */
async function pageAfter({ stripe }: Billing, event: string): Promise<Stripe.ApiList<Stripe.Event> | undefined> {
  try {
    const params = { types: [...EVENT_TYPES], ending_before: event, limit: 100 };
    return await stripe.read("list the events", (api) => api.events.list(params));
  } catch (error) {
    if (error instanceof AzoraError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

async function oldestEvent({ stripe }: Billing): Promise<StripeEvent | undefined> {
  let oldest: Stripe.Event | undefined;
  const list = stripe.each("list the events", (api, page) => api.events.list({ types: [...EVENT_TYPES], ...page }));
  for await (const event of list) oldest = event;
  return oldest;
}
