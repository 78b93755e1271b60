import { AzoraError } from "../../errors.js";
import type { BillingClient } from "../client.js";
import { need, type Step } from "../step.js";

export interface UsageResult {
  readonly identifier: string;
}

/** Tells a meter what was used. Stripe knows an identifier for a day; the database knows it for good. */
export async function reportUsage(stripe: BillingClient, step: Step): Promise<UsageResult> {
  const identifier = need(step, "identifier");
  const params = {
    event_name: need(step, "meter"),
    identifier,
    timestamp: need(step, "at"),
    payload: { stripe_customer_id: need(step, "customer"), value: String(need(step, "value")) },
  };
  const write = { action: "report the usage", step: step.kind, parts: [step.idempotencyKey] };
  try {
    await stripe.write(write, (api, options) => api.billing.meterEvents.create(params, options));
  } catch (error) {
    // An earlier attempt was heard after all.
    const known = error instanceof AzoraError && /already exists with identifier/i.test(error.message);
    if (!known || step.attempts === 1) throw error;
  }
  return { identifier };
}
