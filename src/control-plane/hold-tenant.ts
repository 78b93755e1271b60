import { type ChangeTenantInput, changeTenant, type LifecycleResult } from "./change-tenant.js";
import type { ControlConnection } from "./connection.js";
import { checkReason } from "./input.js";

export interface HoldTenantInput extends ChangeTenantInput {
  readonly reason: string;
}

/**
 * Puts a tenant under legal hold: until it is released the database refuses its purge, whoever asks.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, NOT_PERMITTED
 */
export async function holdTenant(connection: ControlConnection, input: HoldTenantInput): Promise<LifecycleResult> {
  const reason = checkReason(input.reason, "A legal hold");
  return changeTenant(connection, "tenant.hold", {
    ...input,
    step: (tx, id) => tx.$queryRaw`SELECT control.hold_account(${id}::uuid, ${reason}) AS changed`,
  });
}

/**
 * Ends a legal hold.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, NOT_PERMITTED
 */
export async function releaseTenant(connection: ControlConnection, input: HoldTenantInput): Promise<LifecycleResult> {
  const reason = checkReason(input.reason, "The end of a legal hold");
  return changeTenant(connection, "tenant.release", {
    ...input,
    step: (tx, id) => tx.$queryRaw`SELECT control.release_account(${id}::uuid, ${reason}) AS changed`,
  });
}
