import type Stripe from "stripe";
import { invalid } from "../world/stripe-fault.js";
import type { World } from "../world/world.js";
import { itemList } from "./items.js";

export interface NewSubscription {
  readonly id: string;
  readonly customer: Stripe.Customer;
  readonly items: readonly Stripe.SubscriptionItem[];
  readonly params: Stripe.SubscriptionCreateParams;
  readonly anchor: number;
  readonly trialEnd: number | null;
  readonly now: number;
  readonly metadata: Stripe.Metadata;
}

/** A subscription as it is made, before its first invoice. */
export function newSubscription(
  world: World,
  { id, customer, items, params, anchor, trialEnd, now, metadata }: NewSubscription,
): Stripe.Subscription {
  const collection = params.collection_method ?? "charge_automatically";
  if (collection === "send_invoice" && params.days_until_due === undefined) {
    throw invalid("If you set `collection_method` to `send_invoice`, you must also set `days_until_due`.", {
      param: "days_until_due",
    });
  }
  const end = items[0]?.current_period_end ?? now;
  const atEnd = params.cancel_at_period_end ?? false;
  const cancelAt = cancelAtOf(params.cancel_at, { end, now }) ?? (atEnd ? end : null);
  const behavior = params.trial_settings?.end_behavior;
  return {
    id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: anchor,
    billing_cycle_anchor_config: null,
    billing_mode: {
      type: params.billing_mode?.type ?? "flexible",
      flexible: params.billing_mode?.type === "classic" ? null : { proration_discounts: "included" },
    },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: cancelAt,
    cancel_at_period_end: atEnd,
    canceled_at: cancelAt === null ? null : now,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: cancelAt === null ? null : "cancellation_requested",
    },
    collection_method: collection,
    created: now,
    currency: items[0]?.price.currency ?? "usd",
    customer: customer.id,
    customer_account: null,
    days_until_due: params.days_until_due ?? null,
    default_payment_method: params.default_payment_method ?? null,
    default_source: null,
    default_tax_rates: [],
    description: params.description ?? null,
    discounts: [],
    ended_at: null,
    invoice_settings: { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: { type: "self" } },
    items: itemList(id, items),
    latest_invoice: null,
    livemode: world.livemode,
    managed_payments: null,
    metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: "off" },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: now,
    status: "active",
    test_clock: customer.test_clock ?? null,
    transfer_data: null,
    trial_end: trialEnd,
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: behavior?.billing_cycle_anchor ?? null,
        missing_payment_method: behavior?.missing_payment_method ?? "create_invoice",
      },
    },
    trial_start: trialEnd === null ? null : now,
  };
}

/** When a subscription is to end by itself. */
export function cancelAtOf(value: number | string | undefined, { end, now }: { end: number; now: number }): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") return end; // min_period_end and max_period_end: all items end alike
  if (value <= now) throw invalid("cancel_at must be a timestamp in the future", { param: "cancel_at" });
  return value;
}
