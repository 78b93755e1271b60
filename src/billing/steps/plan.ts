import type { BillingClient } from "../client.js";
import { archivePlan, pushPlan } from "../plans.js";
import { need, type Step } from "../step.js";

export interface PlanResult {
  readonly product: string;
  readonly price: string;
}

/** Brings the plan to Stripe as it was when the step was begun; the next step brings what changed since. */
export async function pushPlanStep(stripe: BillingClient, step: Step): Promise<PlanResult> {
  const wanted = {
    code: need(step, "code"),
    name: need(step, "name"),
    amount: need(step, "amount"),
    currency: need(step, "currency"),
    interval: need(step, "interval"),
  };
  const { plan } = await pushPlan(stripe, wanted, step.idempotencyKey);
  return { product: plan.productId, price: plan.priceId };
}

/** Takes the plan out of sale at Stripe. */
export async function archivePlanStep(stripe: BillingClient, step: Step): Promise<object> {
  await archivePlan(stripe, need(step, "code"));
  return {};
}
