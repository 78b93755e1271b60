import Stripe from "stripe";
import { idempotencyKey } from "./idempotency-key.js";
import { RequestLimiter } from "./request-limiter.js";
import { retryAfter } from "./retry-after.js";
import type { StripeMode, StripeSettings } from "./settings.js";
import { type StripeRequest, toAzoraError } from "./stripe-error.js";

/** Stripe's own limits are 100 requests a second with a live key and 25 with a test key; others share them. */
const REQUESTS_PER_SECOND: Readonly<Record<StripeMode, number>> = { live: 50, test: 15 };

/** The package's second tries at 409, 5xx and lost connections; there is no loop of ours around those. */
const NETWORK_RETRIES = 2;

/** How long one request waits for the limit in all, in milliseconds. */
const PATIENCE = 60_000;

export interface BillingClientOptions {
  readonly limiter?: RequestLimiter;
  /** Milliseconds until a request without an answer is given up. */
  readonly timeout?: number;
}

export interface Write {
  /** As a sentence goes on: `make the customer`. */
  readonly action: string;
  /** What is done: `plan.price`. */
  readonly step: string;
  /** All that the step depends on: together they are its idempotency key. */
  readonly parts: readonly (string | number)[];
}

type Page<T> = Pick<Stripe.ApiList<T>, "data" | "has_more">;

/** The one way to Stripe: limited, patient with 429, idempotent, and with azora's errors. */
export class BillingClient {
  readonly mode: StripeMode;
  /** The test clock that new customers live by. */
  readonly testClock: string | undefined;
  readonly #stripe: Stripe;
  readonly #limiter: RequestLimiter;

  constructor({ key, mode, apiBase, testClock }: StripeSettings, { limiter, timeout = 20_000 }: BillingClientOptions = {}) {
    this.mode = mode;
    this.testClock = testClock;
    this.#limiter = limiter ?? new RequestLimiter({ requestsPerSecond: REQUESTS_PER_SECOND[mode] });
    this.#stripe = new Stripe(key, { ...placeOf(apiBase), maxNetworkRetries: NETWORK_RETRIES, timeout, telemetry: false });
  }

  /**
   * Asks for something and changes nothing.
   * @param action as a sentence goes on: `read the invoices`
   * @throws AzoraError UNREACHABLE, NOT_FOUND, AUTHENTICATION_FAILED, NOT_PERMITTED
   */
  read<T>(action: string, request: (stripe: Stripe) => Promise<T>): Promise<T> {
    return this.#patiently({ action, writes: false }, () => request(this.#stripe));
  }

  /**
   * Changes something at Stripe, once, however often it is asked.
   * @param request must hand the options on to the call
   * @throws AzoraError as `read`, and CONFLICT (declined, other values under the same key), LOCKED; each says whether money moved
   */
  write<T>({ action, step, parts }: Write, request: (stripe: Stripe, options: Stripe.RequestOptions) => Promise<T>): Promise<T> {
    const options = { idempotencyKey: idempotencyKey(step, parts) };
    return this.#patiently({ action, writes: true }, () => request(this.#stripe, options));
  }

  /**
   * All of a list, newest first, with one page in memory.
   * @param page asks for the page after a cursor
   */
  async *each<T extends { readonly id: string }>(
    action: string,
    page: (stripe: Stripe, cursor: { readonly limit: number; readonly starting_after?: string }) => Promise<Page<T>>,
  ): AsyncGenerator<T> {
    let after: string | undefined;
    for (;;) {
      const cursor = { limit: 100, ...(after !== undefined && { starting_after: after }) };
      const { data, has_more } = await this.read(action, (stripe) => page(stripe, cursor));
      yield* data;
      after = data.at(-1)?.id;
      if (!has_more || after === undefined) return;
    }
  }

  async #patiently<T>(about: StripeRequest, request: () => Promise<T>): Promise<T> {
    let waited = 0;
    for (let attempt = 0; ; attempt += 1) {
      await this.#limiter.turn();
      try {
        return await request();
      } catch (error) {
        const pause =
          error instanceof Stripe.errors.StripeRateLimitError ? retryAfter(error.headers?.["retry-after"], attempt) : undefined;
        if (pause === undefined || waited + pause > PATIENCE) throw toAzoraError(error, about);
        waited += pause;
        this.#limiter.pause(pause);
      }
    }
  }
}

function placeOf(apiBase: URL | undefined): Stripe.StripeConfig {
  if (!apiBase) return {};
  const protocol = apiBase.protocol === "https:" ? "https" : "http";
  return { protocol, host: apiBase.hostname, port: apiBase.port || (protocol === "https" ? "443" : "80") };
}
