import type Stripe from "stripe";
import { idOf, type World } from "../world/world.js";

export interface CancelOptions {
  readonly reason: Stripe.Subscription.CancellationDetails.Reason;
  readonly details?: Stripe.SubscriptionCancelParams.CancellationDetails | undefined;
  /** `incomplete_expired` for one that never began. */
  readonly status?: "canceled" | "incomplete_expired";
}

/** Ends a subscription now. Stripe stops collecting its open invoices by itself and leaves them open. */
export function cancelSubscription(
  world: World,
  id: string,
  { reason, details, status = "canceled" }: CancelOptions,
): Stripe.Subscription {
  const before = world.store.get("subscription", id);
  const now = world.now(before);
  for (const invoice of world.store.all("invoice")) {
    const parent = invoice.parent?.subscription_details?.subscription;
    if (parent === undefined || idOf(parent) !== id || invoice.status === "paid") continue;
    if (invoice.auto_advance)
      world.update("invoice", invoice.id, { auto_advance: false, automatically_finalizes_at: null, next_payment_attempt: null });
  }
  const { comment, feedback } = details ?? {};
  return world.update(
    "subscription",
    id,
    {
      status,
      canceled_at: before.canceled_at ?? now,
      ended_at: now,
      cancel_at_period_end: false,
      cancellation_details: {
        comment: comment || (before.cancellation_details?.comment ?? null),
        feedback: feedback || (before.cancellation_details?.feedback ?? null),
        feedback_option: null,
        reason: before.cancellation_details?.reason ?? reason,
      },
    },
    status === "canceled" ? "customer.subscription.deleted" : "customer.subscription.updated",
  );
}
