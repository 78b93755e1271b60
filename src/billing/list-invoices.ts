import type Stripe from "stripe";
import { findBilledTenant } from "./billed-tenant.js";
import type { Billing } from "./connection.js";

/** What a tenant was billed; amounts in minor units. Part of the public JSON. */
export interface Invoice {
  readonly id: string;
  /** Null while it is a draft. */
  readonly number: string | null;
  readonly status: string | null;
  readonly currency: string;
  readonly total: number;
  readonly due: number;
  readonly paid: number;
  readonly createdAt: Date;
  readonly dueAt: Date | null;
  /** Where the customer sees and pays it. */
  readonly url: string | null;
}

export interface InvoicePage {
  readonly slug: string;
  readonly invoices: readonly Invoice[];
  /** What to pass as `after` for the next page; null on the last. */
  readonly next: string | null;
}

/**
 * Lists a tenant's invoices, newest first.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, UNREACHABLE
 */
export async function listInvoices(
  billing: Billing,
  { tenant, limit, after }: { readonly tenant: string; readonly limit: number; readonly after?: string },
): Promise<InvoicePage> {
  const found = await findBilledTenant(billing, tenant);
  const { slug } = found.tenant;
  if (found.customerId === null) return { slug, invoices: [], next: null };
  const params = { customer: found.customerId, limit, ...(after !== undefined && { starting_after: after }) };
  const { data, has_more } = await billing.stripe.read("read the invoices", (api) => api.invoices.list(params));
  return { slug, invoices: data.map(toInvoice), next: has_more ? (data.at(-1)?.id ?? null) : null };
}

function toInvoice({
  id,
  number,
  status,
  currency,
  total,
  amount_due,
  amount_paid,
  created,
  due_date,
  hosted_invoice_url,
}: Stripe.Invoice): Invoice {
  return {
    id,
    number,
    status,
    currency,
    total,
    due: amount_due,
    paid: amount_paid,
    createdAt: new Date(created * 1000),
    dueAt: due_date === null ? null : new Date(due_date * 1000),
    url: hosted_invoice_url ?? null,
  };
}
