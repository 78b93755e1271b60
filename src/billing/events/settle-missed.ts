import { attempt } from "../../control-plane/attempt.js";
import type { Billing } from "../connection.js";

/**
 * Everything was compared with Stripe and agrees: what was missed has come in by that.
 * @throws AzoraError NOT_PERMITTED, database errors
 */
export async function settleMissedEvents({ control, livemode }: Billing): Promise<void> {
  await attempt(
    control,
    { action: "billing.sync" },
    () => control.client.$queryRaw`SELECT control.settle_missed_events(${livemode})`,
  );
}
