import { type BilledTenant, findBilledTenant, requireCustomer } from "./billed-tenant.js";
import type { Billing } from "./connection.js";

export interface PortalResult {
  readonly slug: string;
  /** Good for a short while, for whoever has it. */
  readonly url: string;
}

/**
 * Makes a link to Stripe's portal, where the tenant pays and changes its card.
 * @param returnUrl where the portal leads back to
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, CONFLICT (no customer yet), UNREACHABLE
 */
export async function openPortal(
  billing: Billing,
  { tenant, returnUrl }: { readonly tenant: string; readonly returnUrl?: string },
): Promise<PortalResult> {
  const found = await findBilledTenant(billing, tenant);
  return { slug: found.tenant.slug, url: await portalLink(billing, { found, ...(returnUrl !== undefined && { returnUrl }) }) };
}

/** A new link each time: an old one would have expired. */
export async function portalLink(
  { stripe }: Billing,
  { found, returnUrl }: { readonly found: BilledTenant; readonly returnUrl?: string },
): Promise<string> {
  const params = { customer: requireCustomer(found), ...(returnUrl !== undefined && { return_url: returnUrl }) };
  const write = { action: "make the link to the portal", step: "portal", parts: [crypto.randomUUID()] };
  return (await stripe.write(write, (api, options) => api.billingPortal.sessions.create(params, options))).url;
}
