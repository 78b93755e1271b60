import { attempt } from "../control-plane/attempt.js";
import { findTenant } from "../control-plane/find-tenant.js";
import type { Tenant } from "../control-plane/tenant.js";
import { AzoraError } from "../errors.js";
import type { Subscription } from "../generated/control/client.js";
import type { Billing } from "./connection.js";

/** A tenant with its subscription as the database has it, and its customer at Stripe. */
export interface BilledTenant {
  readonly tenant: Tenant;
  readonly subscription: Subscription | null;
  /** `cus_…`; null until it was made. */
  readonly customerId: string | null;
  /** How many steps Stripe was not asked yet, or has refused. */
  readonly waiting: number;
}

/**
 * Finds a tenant with what is billed.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED (role; not connected; a key of the other mode)
 */
export async function findBilledTenant({ control, livemode }: Billing, slugOrId: string): Promise<BilledTenant> {
  const tenant = await findTenant(control, slugOrId);
  const about = { action: "billing.show", accountId: tenant.id, slug: tenant.slug };
  const [connection, customer, subscription, waiting] = await attempt(control, about, () =>
    Promise.all([
      control.client.stripeConnection.findFirst(),
      control.client.stripeCustomer.findUnique({ where: { accountId: tenant.id } }),
      control.client.subscription.findUnique({ where: { accountId: tenant.id } }),
      control.client.billingStep.count({ where: { accountId: tenant.id, state: { in: ["pending", "failed"] } } }),
    ]),
  );
  if (!connection) {
    throw new AzoraError("BILLING_NOT_CONFIGURED", "This installation is not connected to Stripe. No money moved.", {
      hint: "`azora billing:connect` connects it.",
    });
  }
  if (connection.livemode !== livemode) {
    const mode = connection.livemode ? "live" : "test";
    throw new AzoraError(
      "NOT_PERMITTED",
      `Tenants here are billed in Stripe's ${mode} mode; this key is of the other one. No money moved.`,
      {
        hint: "Use the key of that mode.",
      },
    );
  }
  return { tenant, subscription, customerId: customer?.stripeId ?? null, waiting };
}

/**
 * The customer of a tenant that has one.
 * @throws AzoraError CONFLICT while it has none
 */
export function requireCustomer({ tenant, customerId }: BilledTenant): string {
  if (customerId !== null) return customerId;
  throw new AzoraError("CONFLICT", `The tenant "${tenant.slug}" has no customer at Stripe yet. No money moved.`, {
    hint: "`azora billing:run` makes what is waiting; `azora billing:sync` says what is missing.",
  });
}
