import { type BillingMode, setBilling } from "./billing-mode.js";
import { type ChangeTenantInput, changeTenant, type LifecycleResult } from "./change-tenant.js";
import type { ControlConnection } from "./connection.js";

export interface ResumeTenantInput extends ChangeTenantInput {
  /** Only if the suspension is one for non-payment: what billing may end. */
  readonly fromNonpayment?: boolean;
  /** `resume` ends a pause at Stripe, or subscribes again; without it nothing. */
  readonly billing?: Extract<BillingMode, "keep" | "resume">;
}

/**
 * Ends a suspension.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP (its purge is scheduled)
 */
export async function resumeTenant(connection: ControlConnection, input: ResumeTenantInput): Promise<LifecycleResult> {
  const { fromNonpayment, billing = "keep" } = input;
  return changeTenant(connection, "tenant.resume", {
    ...input,
    step: async (tx, id) => {
      const resumed: { changed: boolean }[] = fromNonpayment
        ? await tx.$queryRaw`SELECT control.resume_from_nonpayment(${id}::uuid) AS changed`
        : await tx.$queryRaw`SELECT control.resume_account(${id}::uuid) AS changed`;
      return [...resumed, { changed: await setBilling(tx, id, billing) }];
    },
  });
}
