import { type BillingMode, setBilling } from "./billing-mode.js";
import { type ChangeTenantInput, changeTenant, type LifecycleResult } from "./change-tenant.js";
import type { ControlConnection } from "./connection.js";
import { checkReason } from "./input.js";

export interface SuspendTenantInput extends ChangeTenantInput {
  readonly reason: string;
  /** Reads go on, writes are refused. */
  readonly readOnly: boolean;
  /** For non-payment: what billing may do, and end again. */
  readonly forNonpayment?: boolean;
  /** What becomes of the subscription; without it nothing. */
  readonly billing?: Exclude<BillingMode, "resume">;
}

/**
 * Suspends a tenant. It holds from the next statement of every client, open ones included,
 * because the database asks for each.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, NOT_PERMITTED, ILLEGAL_STEP (its purge is scheduled)
 */
export async function suspendTenant(connection: ControlConnection, input: SuspendTenantInput): Promise<LifecycleResult> {
  const { readOnly, forNonpayment = false, billing = "keep" } = input;
  const reason = checkReason(input.reason, "A suspension");
  return changeTenant(connection, "tenant.suspend", {
    ...input,
    step: async (tx, id) => {
      const suspended: { changed: boolean }[] = forNonpayment
        ? await tx.$queryRaw`SELECT control.suspend_for_nonpayment(${id}::uuid, ${reason}, ${readOnly}) AS changed`
        : await tx.$queryRaw`SELECT control.suspend_account(${id}::uuid, ${reason}, ${readOnly}) AS changed`;
      return [...suspended, { changed: await setBilling(tx, id, billing) }];
    },
  });
}
