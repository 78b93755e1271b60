import type { ControlConnection } from "../control-plane/connection.js";

/**
 * How many steps are neither done nor dropped.
 * @param scope a tenant's id, or `plans`; all without it
 */
export async function waitingSteps({ client }: ControlConnection, scope?: string | "plans"): Promise<number> {
  const subject = scope === "plans" ? { planId: { not: null } } : scope === undefined ? {} : { accountId: scope };
  return client.billingStep.count({ where: { state: { in: ["pending", "failed"] }, ...subject } });
}
