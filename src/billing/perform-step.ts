import type { BillingClient } from "./client.js";
import type { Step, StepKind } from "./step.js";
import { createCustomer, deleteCustomer, updateCustomer } from "./steps/customer.js";
import { archivePlanStep, pushPlanStep } from "./steps/plan.js";
import {
  cancelSubscription,
  changeSubscription,
  collectSubscription,
  createSubscription,
  pauseSubscription,
  resumeSubscription,
} from "./steps/subscription.js";
import { reportUsage } from "./steps/usage.js";

type Performer = (stripe: BillingClient, step: Step) => Promise<object>;

const PERFORMERS: Readonly<Record<StepKind, Performer>> = {
  "plan.push": pushPlanStep,
  "plan.archive": archivePlanStep,
  "customer.create": createCustomer,
  "customer.update": updateCustomer,
  "customer.delete": deleteCustomer,
  "subscription.create": createSubscription,
  "subscription.change": changeSubscription,
  "subscription.collect": collectSubscription,
  "subscription.pause": pauseSubscription,
  "subscription.resume": resumeSubscription,
  "subscription.cancel": cancelSubscription,
  "usage.report": reportUsage,
};

/**
 * Does at Stripe what a step says; done twice, it is done once.
 * @returns what control.finish_billing_step() mirrors
 * @throws AzoraError as the client's
 */
export function performStep(stripe: BillingClient, step: Step): Promise<object> {
  return PERFORMERS[step.kind](stripe, step);
}
