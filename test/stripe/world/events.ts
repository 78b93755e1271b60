import type Stripe from "stripe";
import { newId } from "./ids.js";
import type { Clocked, World } from "./world.js";

/** How long Stripe lists an event. */
export const EVENT_RETENTION_SECONDS = 30 * 86_400;

/** The request on whose behalf events are emitted; none for what a clock brings. */
export type EventRequest = Stripe.Event.Request;

export type EventListener = (event: Stripe.Event) => void;

/** What happened, in order; each event keeps its object as it was then. */
export class Events {
  request: EventRequest | null = null;
  readonly #world: World;
  readonly #listeners = new Set<EventListener>();
  readonly #emitted = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  emit(type: string, object: object, previous?: Record<string, unknown>): Stripe.Event {
    const event = {
      id: newId("evt"),
      object: "event",
      api_version: this.#world.apiVersion,
      created: this.#world.now(object as Clocked),
      data: {
        object: JSON.parse(JSON.stringify(object)),
        ...(previous && { previous_attributes: JSON.parse(JSON.stringify(previous)) }),
      },
      livemode: this.#world.livemode,
      pending_webhooks: this.#listeners.size,
      request: this.request ?? { id: null, idempotency_key: null },
      type,
    } as Stripe.Event;
    this.#world.store.put("event", event);
    this.#emitted.set(event.id, this.#world.now());
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  /** Oldest first; by the account's time, since a test clock's runs ahead of it. */
  listed(): Stripe.Event[] {
    const oldest = this.#world.now() - EVENT_RETENTION_SECONDS;
    return this.#world.store.all("event").filter(({ id }) => (this.#emitted.get(id) ?? 0) >= oldest);
  }

  /** @returns what ends the listening */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
