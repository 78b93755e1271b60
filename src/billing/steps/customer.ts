import type Stripe from "stripe";
import { AzoraError } from "../../errors.js";
import type { BillingClient } from "../client.js";
import { isMadeBy, metadataFor } from "../metadata.js";
import { need, type Step } from "../step.js";

export interface CustomerResult {
  readonly customer: string;
}

/** Makes the tenant's customer, or finds the one that an earlier attempt has made. */
export async function createCustomer(stripe: BillingClient, step: Step): Promise<CustomerResult> {
  const earlier = step.attempts > 1 ? await findMade(stripe, step) : undefined;
  const customer = earlier ?? (await create(stripe, step));
  return { customer: customer.id };
}

function create(stripe: BillingClient, step: Step): Promise<Stripe.Customer> {
  const params: Stripe.CustomerCreateParams = {
    name: need(step, "name"),
    email: need(step, "email"),
    description: `Tenant ${need(step, "slug")}`,
    metadata: metadataFor(step),
    ...(stripe.testClock !== undefined && { test_clock: stripe.testClock }),
  };
  const write = { action: "make the customer", step: step.kind, parts: [step.idempotencyKey] };
  return stripe.write(write, (api, options) => api.customers.create(params, options));
}

/** Keys are forgotten after a day and searches lag, so a list decides; the address is the one that was sent. */
async function findMade(stripe: BillingClient, step: Step): Promise<Stripe.Customer | undefined> {
  const clock = stripe.testClock === undefined ? {} : { test_clock: stripe.testClock };
  const filter = { email: need(step, "email"), ...clock };
  for await (const customer of stripe.each("look for the customer", (api, page) => api.customers.list({ ...filter, ...page }))) {
    if (isMadeBy(customer, step)) return customer;
  }
  return undefined;
}

/** Says the tenant's name and address again. */
export async function updateCustomer(stripe: BillingClient, step: Step): Promise<object> {
  const params = { name: need(step, "name"), email: need(step, "email"), description: `Tenant ${need(step, "slug")}` };
  const write = { action: "change the customer", step: step.kind, parts: [step.idempotencyKey] };
  await stripe.write(write, (api, options) => api.customers.update(need(step, "customer"), params, options));
  return {};
}

/** Deletes the customer with its cards and what it subscribes to; invoices stay, as the law wants. */
export async function deleteCustomer(stripe: BillingClient, step: Step): Promise<CustomerResult> {
  const customer = need(step, "customer");
  const write = { action: "delete the customer", step: step.kind, parts: [step.idempotencyKey] };
  try {
    await stripe.write(write, (api) => api.customers.del(customer));
  } catch (error) {
    // Deleted at an attempt of which nobody heard the end.
    if (!(error instanceof AzoraError) || error.code !== "NOT_FOUND") throw error;
  }
  return { customer };
}
