import type { ControlTransaction } from "./dry-run.js";

/**
 * What becomes of a tenant's billing beside what becomes of the tenant. `keep` leaves it as it is; `pause` makes
 * its invoices void until it is resumed; `resume` ends a pause, or subscribes again; `cancel` ends it at once,
 * without a last invoice and without giving money back.
 */
export type BillingMode = "keep" | "pause" | "resume" | "cancel";

/**
 * Asks it of Stripe in the transaction of the change; where Stripe doesn't bill, nothing.
 * @returns whether anything is asked of Stripe
 */
export async function setBilling(tx: ControlTransaction, accountId: string, mode: BillingMode): Promise<boolean> {
  if (mode === "keep") return false;
  const [answer] = await tx.$queryRaw<{ changed: boolean }[]>`SELECT control.set_billing(${accountId}::uuid, ${mode}) AS changed`;
  return answer?.changed === true;
}
