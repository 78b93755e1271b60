import type { StripeConfig } from "../config.js";
import type { ControlConnection } from "../control-plane/connection.js";
import { AzoraError } from "../errors.js";
import { BillingClient } from "./client.js";
import { stripeSettings } from "./settings.js";

/** What billing works on: the control plane, and Stripe. */
export interface Billing {
  readonly control: ControlConnection;
  readonly stripe: BillingClient;
  /** Which of Stripe's modes the key belongs to; the database refuses the other one. */
  readonly livemode: boolean;
}

/**
 * Opens billing; nothing is asked of Stripe yet.
 * @throws AzoraError BILLING_NOT_CONFIGURED without a key, CONFIG_INVALID for one that is none
 */
export function openBilling(control: ControlConnection, { key, apiBase, testClock }: StripeConfig): Billing {
  if (!key) {
    throw new AzoraError("BILLING_NOT_CONFIGURED", "There is no Stripe key: nothing was asked of Stripe and no money moved.", {
      hint: "Set STRIPE_API_KEY, or STRIPE_API_KEY_FILE to a file that holds it. Everything but billing works without.",
    });
  }
  const stripe = new BillingClient(stripeSettings(key.value, apiBase?.value, testClock?.value));
  return { control, stripe, livemode: stripe.mode === "live" };
}
