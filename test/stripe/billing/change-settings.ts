import type Stripe from "stripe";
import { emptied, mergeMetadata } from "../world/metadata.js";
import type { World } from "../world/world.js";
import { currentPeriodEnd } from "./schedule.js";
import { cancelAtOf } from "./subscription-object.js";

/** What is changed and costs nothing. */
export function settingsOf(
  world: World,
  before: Stripe.Subscription,
  params: Stripe.SubscriptionUpdateParams,
): Partial<Stripe.Subscription> {
  const { pause_collection: pause, cancellation_details: details } = params;
  const pausing = pause ? { behavior: pause.behavior, resumes_at: pause.resumes_at ?? null } : null;
  return {
    ...cancellationOf(world, before, params),
    ...(pause !== undefined && { pause_collection: pausing }),
    ...(details && {
      cancellation_details: {
        comment: emptied(details.comment, before.cancellation_details?.comment ?? null),
        feedback: emptied(details.feedback, before.cancellation_details?.feedback ?? null),
        feedback_option: null,
        reason: before.cancellation_details?.reason ?? null,
      },
    }),
    collection_method: params.collection_method ?? before.collection_method,
    days_until_due: params.days_until_due ?? before.days_until_due,
    default_payment_method: params.default_payment_method ?? before.default_payment_method,
    description: emptied(params.description, before.description),
    metadata: mergeMetadata(before.metadata, params.metadata),
  };
}

function cancellationOf(
  world: World,
  before: Stripe.Subscription,
  { cancel_at: at, cancel_at_period_end: atEnd }: Stripe.SubscriptionUpdateParams,
): Partial<Stripe.Subscription> {
  if (at === undefined && atEnd === undefined) return {};
  const now = world.now(before);
  const end = currentPeriodEnd(before);
  const cancelAt = atEnd ? end : ((at === "" || at === null ? undefined : cancelAtOf(at, { end, now })) ?? null);
  const reason = cancelAt === null ? null : ("cancellation_requested" as const);
  return {
    cancel_at: cancelAt,
    cancel_at_period_end: atEnd ?? false,
    canceled_at: cancelAt === null ? null : now,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, ...before.cancellation_details, reason },
  };
}
