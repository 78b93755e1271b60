import { StripeFault } from "../world/stripe-fault.js";

/** What goes wrong: the first three before anything is done, the last three after. */
export type FaultKind = "rate_limit" | "error" | "drop" | "error_after" | "drop_after" | "hang_after" | "slow";

export interface FaultRule {
  readonly kind: FaultKind;
  /** Only requests of this method. */
  readonly method?: string;
  /** Only requests whose path has this in it. */
  readonly path?: string;
  /** How many requests go well before. */
  readonly skip?: number;
  /** How many requests are hit; 1 unless told. */
  readonly times?: number;
  /** HTTP status of `error` and `error_after`; 500 unless told. */
  readonly status?: number;
  /** Seconds in the Retry-After of `rate_limit`. */
  readonly retryAfter?: number;
  /** Milliseconds of `slow`. */
  readonly delay?: number;
}

/** Requests a second before the account's limit answers 429; none unless told. */
export interface RateLimit {
  readonly requestsPerSecond: number;
  /** Seconds in the Retry-After. */
  readonly retryAfter?: number;
}

interface Armed {
  readonly rule: FaultRule;
  skip: number;
  times: number;
}

/** What is to go wrong, and when. */
export class Faults {
  #armed: Armed[] = [];
  #limit: RateLimit | undefined;
  #recent: number[] = [];

  arm(rule: FaultRule): void {
    this.#armed.push({ rule, skip: rule.skip ?? 0, times: rule.times ?? 1 });
  }

  limit(limit: RateLimit | undefined): void {
    this.#limit = limit;
    this.#recent = [];
  }

  clear(): void {
    this.#armed = [];
    this.#limit = undefined;
  }

  /** The fault of a request that came in, if there is one for it. */
  next(method: string, pathname: string): FaultRule | undefined {
    for (const armed of this.#armed) {
      const { rule } = armed;
      if ((rule.method && rule.method !== method) || (rule.path && !pathname.includes(rule.path))) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      if (armed.times <= 0) continue;
      armed.times -= 1;
      return rule;
    }
    return this.#overLimit() ? { kind: "rate_limit", retryAfter: this.#limit?.retryAfter ?? 1 } : undefined;
  }

  #overLimit(): boolean {
    if (!this.#limit) return false;
    const now = performance.now();
    this.#recent = this.#recent.filter((at) => now - at < 1000);
    if (this.#recent.length >= this.#limit.requestsPerSecond) return true;
    this.#recent.push(now);
    return false;
  }
}

/** 429: nothing was done. */
export function rateLimited({ retryAfter }: FaultRule): StripeFault {
  const headers = {
    "Stripe-Rate-Limited-Reason": "global-rate",
    ...(retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) }),
  };
  const message = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.";
  return new StripeFault(429, { type: "invalid_request_error", code: "rate_limit", message }, { headers, unstarted: true });
}

/** 500 and its like. */
export function broken({ status = 500, kind }: FaultRule): StripeFault {
  const message = "Sorry! There was an error while talking to one of our backends. Support has been notified.";
  return new StripeFault(status, { type: "api_error", message }, { unstarted: kind === "error" });
}
