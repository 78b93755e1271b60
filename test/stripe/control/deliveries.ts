import { createHmac } from "node:crypto";
import type Stripe from "stripe";
import type { World } from "../world/world.js";

export interface WebhookEndpoint {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  /** Types that are wanted; all unless told. */
  readonly types?: readonly string[];
}

export interface DeliverOptions {
  /** The order of what is delivered: as it happened, backwards, or shuffled by `seed`. */
  readonly order?: "as-emitted" | "reversed" | "shuffled";
  readonly seed?: number;
  /** How often each is sent. */
  readonly copies?: number;
  /** Seconds since 1970 that the signature bears; now unless told. */
  readonly timestamp?: number;
}

export interface Delivery {
  readonly eventId: string;
  readonly type: string;
  /** The receiver's HTTP status; 0 if it could not be reached. */
  readonly status: number;
}

/**
 * The Stripe-Signature header: scheme v1, HMAC-SHA-256 over timestamp and body.
 * @param timestamp seconds since 1970
 */
export function signPayload(payload: string, { secret, timestamp }: { secret: string; timestamp: number }): string {
  return `t=${timestamp},v1=${createHmac("sha256", secret).update(`${timestamp}.${payload}`).digest("hex")}`;
}

/** Events on their way to webhook endpoints; they wait until a test lets them go. */
export class Deliveries {
  readonly #world: World;
  #endpoints: WebhookEndpoint[] = [];
  #waiting: { readonly endpoint: WebhookEndpoint; readonly event: Stripe.Event }[] = [];

  constructor(world: World) {
    this.#world = world;
    world.events.listen((event) => {
      for (const endpoint of this.#endpoints) {
        if (!endpoint.types || endpoint.types.includes(event.type)) this.#waiting.push({ endpoint, event });
      }
    });
  }

  listen(endpoint: WebhookEndpoint): void {
    this.#endpoints.push(endpoint);
  }

  /** Sends what waits, one after the other. What isn't answered with 2xx waits on, as at Stripe. */
  async deliver(options: DeliverOptions = {}): Promise<Delivery[]> {
    const batch = arrange(this.#waiting, options);
    this.#waiting = [];
    const deliveries: Delivery[] = [];
    for (const waiting of batch) {
      const outcomes: number[] = [];
      for (let copy = 0; copy < (options.copies ?? 1); copy += 1)
        outcomes.push(await this.#send(waiting.event, waiting.endpoint, options));
      for (const status of outcomes) deliveries.push({ eventId: waiting.event.id, type: waiting.event.type, status });
      if (!outcomes.some((status) => status >= 200 && status < 300)) this.#waiting.push(waiting);
    }
    return deliveries;
  }

  /** Loses what waits, like a receiver that was down for longer than Stripe tries. */
  forget(): void {
    this.#waiting = [];
  }

  async #send(
    event: Stripe.Event,
    { url, secret }: WebhookEndpoint,
    { timestamp = Math.floor(Date.now() / 1000) }: DeliverOptions,
  ): Promise<number> {
    const body = JSON.stringify(this.#world.store.get("event", event.id));
    const headers = {
      "Content-Type": "application/json; charset=utf-8",
      "Stripe-Signature": signPayload(body, { secret, timestamp }),
    };
    try {
      const answer = await fetch(url, { method: "POST", headers, body });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0; // not reached: it waits for the next time
    }
  }
}

function arrange<T>(items: readonly T[], { order = "as-emitted", seed = 1 }: DeliverOptions): T[] {
  if (order === "as-emitted") return [...items];
  if (order === "reversed") return [...items].reverse();
  const shuffled = [...items];
  let state = seed;
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (at + 1);
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}
