import { type ChangeTenantInput, changeTenant, type LifecycleResult } from "./change-tenant.js";
import type { ControlConnection } from "./connection.js";

export interface ResumeTenantInput extends ChangeTenantInput {
  /** Only if the suspension is one for non-payment: what billing may end. */
  readonly fromNonpayment?: boolean;
}

/**
 * Ends a suspension.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP (its purge is scheduled)
 */
export async function resumeTenant(connection: ControlConnection, input: ResumeTenantInput): Promise<LifecycleResult> {
  return changeTenant(connection, "tenant.resume", {
    ...input,
    step: (tx, id) =>
      input.fromNonpayment
        ? tx.$queryRaw`SELECT control.resume_from_nonpayment(${id}::uuid) AS changed`
        : tx.$queryRaw`SELECT control.resume_account(${id}::uuid) AS changed`,
  });
}
