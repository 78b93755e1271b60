import { attempt } from "../control-plane/attempt.js";
import { inTransaction } from "../control-plane/dry-run.js";
import type { Billing } from "./connection.js";

export interface ConnectBillingResult {
  /** False when it was connected so already. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  /** `acct_…` */
  readonly stripeAccount: string;
  readonly livemode: boolean;
  /** What has to be brought to Stripe: plans and tenants that are there already. */
  readonly waiting: number;
}

/**
 * Ties this installation to the Stripe account of the key. From then on each change of a tenant or a plan
 * is written down for Stripe as well, beginning with all that are there.
 * @throws AzoraError NOT_PERMITTED (role; connected to another account or mode), AUTHENTICATION_FAILED, UNREACHABLE
 */
export async function connectBilling({ control, stripe, livemode }: Billing, dryRun: boolean): Promise<ConnectBillingResult> {
  const { id: stripeAccount } = await stripe.read("read the Stripe account", (api) => api.accounts.retrieveCurrent());
  return attempt(control, { action: "billing.connect" }, () =>
    inTransaction(control, dryRun, async (tx) => {
      const [answer] = await tx.$queryRaw<{ changed: boolean }[]>`
        SELECT control.connect_billing(${stripeAccount}, ${livemode}) AS changed`;
      const waiting = await tx.billingStep.count({ where: { state: { in: ["pending", "failed"] } } });
      return { changed: answer?.changed === true, dryRun, stripeAccount, livemode, waiting };
    }),
  );
}
