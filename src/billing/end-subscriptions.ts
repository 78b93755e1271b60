import { AzoraError } from "../errors.js";
import type { BillingClient } from "./client.js";

/**
 * Ends every subscription of a customer at once, without a last invoice and without giving money back, and sees
 * that none is left. A customer that Stripe doesn't know has none.
 * @throws AzoraError as the client's `write`; CONFLICT where one lives on
 */
export async function endSubscriptions(stripe: BillingClient, customer: string): Promise<void> {
  for (const id of await living(stripe, customer)) {
    await stripe.write({ action: "cancel the subscription", step: "subscription.cancel", parts: [id] }, (api) =>
      api.subscriptions.cancel(id),
    );
  }
  const [left] = await living(stripe, customer);
  if (left !== undefined) throw new AzoraError("CONFLICT", `Stripe says that the subscription ${left} goes on. No money moved.`);
}

/** Without a status Stripe lists all that haven't ended. */
async function living(stripe: BillingClient, customer: string): Promise<readonly string[]> {
  const ids: string[] = [];
  try {
    const list = stripe.each("look for subscriptions", (api, page) => api.subscriptions.list({ customer, ...page }));
    for await (const { id } of list) ids.push(id);
  } catch (error) {
    if (!(error instanceof AzoraError) || error.code !== "NOT_FOUND") throw error;
  }
  return ids;
}
