import type { StripeEvent } from "./stripe-event.js";

/** What may change a subscription, or whether it is paid. Stripe filters by 20 types at most. */
export const EVENT_TYPES = [
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "customer.subscription.paused",
  "customer.subscription.resumed",
  "invoice.paid",
  "invoice.payment_failed",
  "invoice.overdue",
  "invoice.voided",
  "invoice.marked_uncollectible",
] as const;

const KNOWN: ReadonlySet<string> = new Set(EVENT_TYPES);

interface EventObject {
  readonly id?: unknown;
  readonly parent?: {
    readonly subscription_details?: { readonly subscription?: string | { readonly id: string } | null } | null;
  } | null;
}

/** @returns the id of the subscription that an event is about; undefined when it is about something else */
export function subscriptionOf({ type, data }: StripeEvent): string | undefined {
  if (!KNOWN.has(type)) return undefined;
  const { id, parent } = data.object as EventObject;
  if (type.startsWith("customer.subscription.")) return typeof id === "string" ? id : undefined;
  const subscription = parent?.subscription_details?.subscription;
  return typeof subscription === "string" ? subscription : subscription?.id;
}
