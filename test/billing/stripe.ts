import { BillingClient, type BillingClientOptions } from "../../src/billing/client.js";
import { RequestLimiter } from "../../src/billing/request-limiter.js";
import { stripeSettings } from "../../src/billing/settings.js";
import type { RunningStripe } from "../stripe/start.js";

/** A limiter whose time passes only by waiting, and the waits that it was asked for. */
export function patientLimiter(requestsPerSecond = 1_000_000) {
  const waits: number[] = [];
  let now = 0;
  const sleep = async (milliseconds: number) => {
    waits.push(milliseconds);
    now += milliseconds;
  };
  return { limiter: new RequestLimiter({ requestsPerSecond, now: () => now, sleep }), waits };
}

/** A list that comes piece by piece, whole. */
export async function collect<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of list) all.push(each);
  return all;
}

/** A client as a new process has it: nothing remembered. */
export function clientOf({ key, url }: Pick<RunningStripe, "key" | "url">, options: BillingClientOptions = {}): BillingClient {
  return new BillingClient(stripeSettings(key, url), { limiter: patientLimiter().limiter, ...options });
}
