import Stripe from "stripe";
import { judgedClient } from "./contract/judged-client.js";
import type { Control } from "./control/control.js";
import { startStripe } from "./start.js";

/** A Stripe that a suite runs against: the counterpart, or a sandbox of Stripe's own. */
export interface Target {
  readonly stripe: Stripe;
  /** What only the counterpart can be told; undefined at a sandbox. */
  readonly control: Control | undefined;
  /** Options of a further client of the same account. */
  readonly options: Stripe.StripeConfig;
  readonly key: string;
  /** What went against the contract, in requests and in answers. */
  readonly violations: () => readonly string[];
  close(): Promise<void>;
}

/** A key of a Stripe sandbox makes the same suite run there. */
export const SANDBOX_KEY = process.env.STRIPE_TEST_KEY;

/** Opens the target of a suite, with every request and every answer judged by the contract. */
export async function openTarget(): Promise<Target> {
  if (SANDBOX_KEY !== undefined && !/^(sk|rk)_test_/.test(SANDBOX_KEY)) throw new Error("STRIPE_TEST_KEY must be a test key.");
  const running = SANDBOX_KEY === undefined ? await startStripe() : undefined;
  const { httpClient, violations } = await judgedClient();
  const place = running ? { host: running.host, port: running.port, protocol: "http" as const } : {};
  const options: Stripe.StripeConfig = { ...place, httpClient, maxNetworkRetries: 0, telemetry: false };
  const key = running?.key ?? SANDBOX_KEY ?? "";
  return {
    stripe: new Stripe(key, options),
    control: running?.control,
    options,
    key,
    violations: () => [...violations, ...(running?.control.violations() ?? [])],
    close: async () => running?.close(),
  };
}
