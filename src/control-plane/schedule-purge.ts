import { type ChangeTenantInput, changeTenant, type LifecycleResult } from "./change-tenant.js";
import type { ControlConnection } from "./connection.js";

export interface SchedulePurgeInput extends ChangeTenantInput {
  readonly reason: string | null;
  /** In how many seconds it is due. */
  readonly afterSeconds: number;
}

/**
 * Schedules the purge of a suspended tenant; until it is due it can be taken back.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, NOT_PERMITTED, ILLEGAL_STEP (not suspended), LEGAL_HOLD
 */
export async function schedulePurge(connection: ControlConnection, input: SchedulePurgeInput): Promise<LifecycleResult> {
  const { reason, afterSeconds } = input;
  return changeTenant(connection, "tenant.purge.schedule", {
    ...input,
    step: (tx, id) =>
      tx.$queryRaw`SELECT control.schedule_purge(${id}::uuid, ${reason}, make_interval(secs => ${afterSeconds})) AS changed`,
  });
}

/**
 * Takes a scheduled purge back: the tenant is suspended, as before. Approvals are gone.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export async function cancelPurge(connection: ControlConnection, input: ChangeTenantInput): Promise<LifecycleResult> {
  return changeTenant(connection, "tenant.purge.cancel", {
    ...input,
    step: (tx, id) => tx.$queryRaw`SELECT control.cancel_purge(${id}::uuid) AS changed`,
  });
}

/**
 * Agrees to a purge that another operator has scheduled.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED (one's own request), ILLEGAL_STEP (nothing is scheduled)
 */
export async function approvePurge(connection: ControlConnection, input: ChangeTenantInput): Promise<LifecycleResult> {
  return changeTenant(connection, "tenant.purge.approve", {
    ...input,
    step: (tx, id) => tx.$queryRaw`SELECT control.approve_purge(${id}::uuid) AS changed`,
  });
}
