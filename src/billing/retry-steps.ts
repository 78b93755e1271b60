import { attempt } from "../control-plane/attempt.js";
import { inTransaction } from "../control-plane/dry-run.js";
import type { Billing } from "./connection.js";

/**
 * Has what Stripe refused, and what was put off, tried again at once.
 * @returns how many steps those are
 * @throws AzoraError NOT_PERMITTED
 */
export async function retrySteps({ control }: Billing, { accountId }: { readonly accountId?: string }): Promise<number> {
  return attempt(control, { action: "billing.retry" }, () =>
    inTransaction(control, false, async (tx) => {
      const [answer] = await tx.$queryRaw<{ retried: number }[]>`
        SELECT control.retry_billing_steps(${accountId ?? null}::uuid) AS retried`;
      return answer?.retried ?? 0;
    }),
  );
}
