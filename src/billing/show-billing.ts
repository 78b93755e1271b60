import type Stripe from "stripe";
import { AzoraError } from "../errors.js";
import { type BilledTenant, findBilledTenant, requireCustomer } from "./billed-tenant.js";
import type { Billing } from "./connection.js";
import { portalLink } from "./portal.js";

/** A sum of money: never a fraction. */
export interface Money {
  /** Minor units of the currency: cents. */
  readonly amount: number;
  /** ISO 4217, lower case, as Stripe has it. */
  readonly currency: string;
}

/** What a tenant owes and pays, as Stripe says it now. */
export interface BillingOverview {
  readonly slug: string;
  readonly accountId: string;
  readonly plan: string | null;
  readonly livemode: boolean;
  readonly customer: string | null;
  readonly subscription: string | null;
  /** Stripe's word; null without a subscription. */
  readonly status: string | null;
  readonly paused: boolean;
  readonly collectionMethod: string | null;
  readonly periodStart: Date | null;
  readonly periodEnd: Date | null;
  readonly nextInvoice: (Money & { readonly at: Date | null }) | null;
  /** `visa 4242, 12/2030`; null without one. */
  readonly paymentMethod: string | null;
  /** Where the customer pays and changes the card; null without a customer. */
  readonly portal: string | null;
  /** How many steps Stripe was not asked yet, or has refused. */
  readonly waiting: number;
}

/**
 * Shows a tenant's billing.
 * @param portal whether a link to the portal is made, which is good for a short while
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, UNREACHABLE
 */
export async function showBilling(
  billing: Billing,
  { tenant: slugOrId, portal }: { readonly tenant: string; readonly portal: boolean },
): Promise<BillingOverview> {
  const found = await findBilledTenant(billing, slugOrId);
  const { tenant, customerId, waiting, subscription: mirrored } = found;
  const none = { nextInvoice: null, paymentMethod: null, portal: null };
  const subscription = mirrored?.stripeId ? await retrieve(billing, mirrored.stripeId) : null;
  const [item] = subscription?.items.data ?? [];
  return {
    slug: tenant.slug,
    accountId: tenant.id,
    plan: tenant.plan,
    livemode: billing.livemode,
    customer: customerId,
    subscription: subscription?.id ?? null,
    status: subscription?.status ?? null,
    paused: subscription?.pause_collection != null,
    collectionMethod: subscription?.collection_method ?? null,
    periodStart: item ? time(item.current_period_start) : null,
    periodEnd: item ? time(item.current_period_end) : null,
    ...(customerId === null ? none : await ofCustomer(billing, { found, subscription, portal })),
    waiting,
  };
}

function retrieve({ stripe }: Billing, id: string): Promise<Stripe.Subscription> {
  return stripe.read("read the subscription", (api) => api.subscriptions.retrieve(id));
}

interface Customer {
  readonly found: BilledTenant;
  readonly subscription: Stripe.Subscription | null;
  readonly portal: boolean;
}

async function ofCustomer(billing: Billing, { found, subscription, portal }: Customer) {
  return {
    nextInvoice: subscription ? await nextInvoice(billing, subscription.id) : null,
    paymentMethod: await paymentMethod(billing, requireCustomer(found)),
    portal: portal ? await portalLink(billing, { found }) : null,
  };
}

/** Nothing is due any more of a subscription that ends: Stripe has no next invoice then. */
async function nextInvoice({ stripe }: Billing, subscription: string): Promise<BillingOverview["nextInvoice"]> {
  try {
    const invoice = await stripe.read("foresee the next invoice", (api) => api.invoices.createPreview({ subscription }));
    const at = invoice.next_payment_attempt ?? invoice.period_end;
    return { amount: invoice.amount_due, currency: invoice.currency, at: at === null ? null : time(at) };
  } catch (error) {
    if (error instanceof AzoraError && ["NOT_FOUND", "FAILURE"].includes(error.code)) return null;
    throw error;
  }
}

async function paymentMethod({ stripe }: Billing, customer: string): Promise<string | null> {
  const { data } = await stripe.read("read the payment method", (api) =>
    api.customers.listPaymentMethods(customer, { limit: 1 }),
  );
  const [method] = data;
  if (!method?.card) return method?.type ?? null;
  const { brand, last4, exp_month: month, exp_year: year } = method.card;
  return `${brand} ${last4}, ${String(month).padStart(2, "0")}/${year}`;
}

function time(seconds: number): Date {
  return new Date(seconds * 1000);
}
