import type Stripe from "stripe";
import { AzoraError } from "../../errors.js";
import type { BillingClient } from "../client.js";
import { isMadeBy, metadataFor } from "../metadata.js";
import { need, type Step } from "../step.js";
import { goneState, type SubscriptionState, stateOf } from "../subscription-state.js";

export interface SubscriptionResult {
  readonly subscription: SubscriptionState;
}

/** Makes the tenant's subscription, or finds the one that an earlier attempt has made. */
export async function createSubscription(stripe: BillingClient, step: Step): Promise<SubscriptionResult> {
  const earlier = step.attempts > 1 ? await findMade(stripe, step) : undefined;
  return { subscription: stateOf(earlier ?? (await create(stripe, step))) };
}

async function findMade(stripe: BillingClient, step: Step): Promise<Stripe.Subscription | undefined> {
  const filter = { customer: need(step, "customer"), status: "all" as const };
  const list = stripe.each("look for the subscription", (api, page) => api.subscriptions.list({ ...filter, ...page }));
  for await (const subscription of list) if (isMadeBy(subscription, step)) return subscription;
  return undefined;
}

function create(stripe: BillingClient, step: Step): Promise<Stripe.Subscription> {
  const trialDays = need(step, "trialDays");
  const params: Stripe.SubscriptionCreateParams = {
    customer: need(step, "customer"),
    items: [{ price: need(step, "price") }],
    metadata: metadataFor(step),
    ...collection(step),
    ...(trialDays > 0 && { trial_period_days: trialDays }),
  };
  return stripe.write(about(step, "make the subscription"), (api, options) => api.subscriptions.create(params, options));
}

/** Puts the subscription on another price, as of the second that was shown before. */
export async function changeSubscription(stripe: BillingClient, step: Step): Promise<SubscriptionResult> {
  const before = await retrieve(stripe, step);
  const [item] = before.items.data;
  const price = need(step, "price");
  if (item?.price.id === price) return { subscription: stateOf(before) };
  const { prorationDate } = step.request;
  // What was shown for a period that is over by now can't be charged any more.
  const isCurrent = prorationDate != null && prorationDate >= (item?.current_period_start ?? 0);
  const params: Stripe.SubscriptionUpdateParams = {
    items: [{ price, ...(item && { id: item.id }) }],
    proration_behavior: "create_prorations",
    ...(isCurrent && { proration_date: prorationDate }),
  };
  return update(stripe, step, { action: "change the subscription", params });
}

/** By the card on file, or by an invoice that is sent. */
export function collectSubscription(stripe: BillingClient, step: Step): Promise<SubscriptionResult> {
  return update(stripe, step, { action: "change how the subscription is paid", params: collection(step) });
}

/** Invoices are still made, and are void: nobody pays for the time of a pause. */
export function pauseSubscription(stripe: BillingClient, step: Step): Promise<SubscriptionResult> {
  return update(stripe, step, { action: "pause the subscription", params: { pause_collection: { behavior: "void" } } });
}

export function resumeSubscription(stripe: BillingClient, step: Step): Promise<SubscriptionResult> {
  return update(stripe, step, { action: "resume the subscription", params: { pause_collection: "" } });
}

/** Ends it now, without a last invoice and without giving money back; sees that it has ended. */
export async function cancelSubscription(stripe: BillingClient, step: Step): Promise<SubscriptionResult> {
  const id = need(step, "subscription");
  try {
    // Stripe takes no key for a DELETE: one that has ended already is not found again.
    await stripe.write(about(step, "cancel the subscription"), (api) => api.subscriptions.cancel(id));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const after = await retrieve(stripe, step).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (after && after.status !== "canceled" && after.status !== "incomplete_expired") {
    throw new AzoraError(
      "CONFLICT",
      `Stripe says that the subscription ${id} is ${after.status} after it was canceled. No money moved.`,
      {
        hint: "Look at it in Stripe's dashboard, then run `azora billing:run --retry`.",
      },
    );
  }
  return { subscription: after ? stateOf(after) : goneState(id) };
}

interface Update {
  readonly action: string;
  readonly params: Stripe.SubscriptionUpdateParams;
}

async function update(stripe: BillingClient, step: Step, { action, params }: Update): Promise<SubscriptionResult> {
  const id = need(step, "subscription");
  const after = await stripe.write(about(step, action), (api, options) => api.subscriptions.update(id, params, options));
  // A second attempt may get the answer to the first one, which is old by now.
  return { subscription: stateOf(step.attempts > 1 ? await retrieve(stripe, step) : after) };
}

function retrieve(stripe: BillingClient, step: Step): Promise<Stripe.Subscription> {
  return stripe.read("read the subscription", (api) => api.subscriptions.retrieve(need(step, "subscription")));
}

function collection(step: Step): Pick<Stripe.SubscriptionCreateParams, "collection_method" | "days_until_due"> {
  const method = need(step, "collectionMethod");
  return { collection_method: method, ...(method === "send_invoice" && { days_until_due: need(step, "daysUntilDue") }) };
}

function about(step: Step, action: string) {
  return { action, step: step.kind, parts: [step.idempotencyKey] };
}

function isMissing(error: unknown): boolean {
  return error instanceof AzoraError && error.code === "NOT_FOUND";
}
