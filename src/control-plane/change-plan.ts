import { type ChangeTenantInput, changeTenant, type LifecycleResult } from "./change-tenant.js";
import type { ControlConnection } from "./connection.js";

export interface ChangePlanInput extends ChangeTenantInput {
  /** Code of a plan: control.plans. */
  readonly plan: string;
  /** The second that Stripe counts the proration from, since 1970; the one of doing it without. */
  readonly prorationDate?: number;
}

/**
 * Puts a tenant on another plan.
 * @throws AzoraError NOT_FOUND (tenant, plan), NOT_PERMITTED
 */
export async function changePlan(connection: ControlConnection, input: ChangePlanInput): Promise<LifecycleResult> {
  return changeTenant(connection, "tenant.plan", {
    ...input,
    step: (tx, id) =>
      tx.$queryRaw`SELECT control.change_plan(${id}::uuid, ${input.plan}, ${input.prorationDate ?? null}::bigint) AS changed`,
  });
}
