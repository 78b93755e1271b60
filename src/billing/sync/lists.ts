import type Stripe from "stripe";
import type { Billing } from "../connection.js";

// Lists and no searches: a search at Stripe is a minute behind.

/** All subscriptions that go on, a page at a time. */
export async function* subscriptionPages({ stripe }: Billing): AsyncGenerator<Stripe.Subscription[]> {
  for (const clock of clocks(stripe.testClock)) {
    yield* pages(stripe.each("read the subscriptions", (api, page) => api.subscriptions.list({ ...clock, ...page })));
  }
}

/** All customers, a page at a time. */
export async function* customerPages({ stripe }: Billing): AsyncGenerator<Stripe.Customer[]> {
  for (const clock of clocks(stripe.testClock)) {
    yield* pages(stripe.each("read the customers", (api, page) => api.customers.list({ ...clock, ...page })));
  }
}

/** What lives by a test clock is listed with its clock only. */
function clocks(clock: string | undefined): { readonly test_clock?: string }[] {
  return clock === undefined ? [{}] : [{}, { test_clock: clock }];
}

async function* pages<T>(list: AsyncIterable<T>): AsyncGenerator<T[]> {
  let page: T[] = [];
  for await (const each of list) {
    page.push(each);
    if (page.length < 100) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
