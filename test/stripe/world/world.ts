import type Stripe from "stripe";
import { Events } from "./events.js";
import { newId } from "./ids.js";
import { type Kind, type Objects, Store } from "./store.js";

/** What Stripe's dashboard sets and a test may change. */
export interface Settings {
  /** Days from a failed payment to the next attempt. */
  readonly retryDays: readonly number[];
  /** What becomes of a subscription when the last attempt failed. */
  readonly afterLastRetry: "canceled" | "past_due" | "unpaid";
}

export interface WorldOptions {
  readonly apiVersion: string;
  readonly livemode: boolean;
  /** The time of everything that has no test clock, in seconds since 1970. */
  readonly clock: () => number;
}

/** Whatever may live by a test clock: of its own, or by its customer's. */
export interface Clocked {
  readonly test_clock?: string | { readonly id: string } | null;
  readonly customer?: string | { readonly id: string } | null;
}

/** One Stripe account: its objects, its clocks, its events. */
export class World {
  readonly accountId = newId("acct");
  readonly store = new Store();
  readonly events: Events;
  readonly livemode: boolean;
  readonly apiVersion: string;
  /** How a stored card behaves, by payment method: Stripe knows it by the card's number. */
  readonly cards = new Map<string, string>();
  /** Meter events by identifier, with the second at which each was taken. */
  readonly meterEvents = new Map<string, Stripe.Billing.MeterEvent & { readonly received: number }>();
  settings: Settings = { retryDays: [3, 5, 7], afterLastRetry: "canceled" };
  /** The moment that is being caught up on, for what has no test clock. */
  duringDue: number | undefined;
  readonly #clock: () => number;
  #invoices = 0;

  constructor({ apiVersion, livemode, clock }: WorldOptions) {
    this.apiVersion = apiVersion;
    this.livemode = livemode;
    this.#clock = clock;
    this.events = new Events(this);
  }

  /** The time by which an object lives: its test clock's, or the account's. */
  now(owner: Clocked = {}): number {
    const clock = this.clockOf(owner);
    return clock ? clock.frozen_time : (this.duringDue ?? Math.floor(this.#clock()));
  }

  clockOf({ test_clock, customer }: Clocked): Stripe.TestHelpers.TestClock | undefined {
    const id = test_clock ?? (customer ? this.store.find("customer", idOf(customer))?.test_clock : null);
    return id ? this.store.find("test_helpers.test_clock", idOf(id)) : undefined;
  }

  /** Keeps a new object and tells of it. */
  create<K extends Kind>(kind: K, object: Objects[K], event?: string): Objects[K] {
    this.store.put(kind, object);
    if (event) this.events.emit(event, object);
    return object;
  }

  /** Changes an object and tells of it, if anything changed; `event` false keeps quiet. */
  update<K extends Kind>(
    kind: K,
    id: string,
    changes: Partial<Objects[K]>,
    event: string | false = `${eventNoun(kind)}.updated`,
  ): Objects[K] {
    const before = this.store.get(kind, id);
    const after = this.store.put(kind, { ...before, ...changes });
    const previous = changed(before, after);
    if (event && (previous || !event.endsWith(".updated"))) {
      this.events.emit(event, after, event.endsWith(".updated") ? previous : undefined);
    }
    return after;
  }

  /** Deletes an object and tells of it. */
  remove(kind: Kind, id: string): void {
    const object = this.store.get(kind, id);
    this.store.remove(kind, id);
    this.events.emit(`${eventNoun(kind)}.deleted`, object);
  }

  nextInvoiceNumber(customerPrefix: string): string {
    this.#invoices += 1;
    return `${customerPrefix}-${String(this.#invoices).padStart(4, "0")}`;
  }
}

/** An id that the types allow to be expanded; in the store it never is. */
export function idOf(reference: string | { readonly id: string }): string {
  return typeof reference === "string" ? reference : reference.id;
}

function eventNoun(kind: Kind): string {
  return kind === "subscription" ? "customer.subscription" : kind;
}

function changed(before: object, after: object): Record<string, unknown> | undefined {
  const old = Object.entries(before).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify((after as Record<string, unknown>)[name]),
  );
  const added = Object.keys(after).filter((name) => !(name in before));
  if (old.length + added.length === 0) return undefined;
  return Object.fromEntries([...old, ...added.map((name) => [name, null])]);
}
