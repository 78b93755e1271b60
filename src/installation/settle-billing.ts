import { waitingSteps } from "../billing/waiting.js";
import type { Config } from "../config.js";
import type { ControlConnection } from "../control-plane/connection.js";
import { AzoraError } from "../errors.js";

/** What became at Stripe of a change that was made in the database. */
export interface BillingOutcome {
  /** `none`: nothing is asked of Stripe. `waiting`: `billing:run` does it. `failed`: somebody has to look. */
  readonly state: "none" | "done" | "waiting" | "failed";
  /** What Stripe was not asked yet, or has refused. */
  readonly waiting: number;
  readonly message: string | null;
}

export interface SettleBillingInput extends Pick<Config, "stripe"> {
  /** A tenant's id, or `plans`. */
  readonly scope: string | "plans";
  /** Told before anything is written with a live key. */
  readonly onLive?: () => void;
}

/**
 * Does at Stripe at once what a change has asked for. The change is made already, so whatever goes wrong here
 * is no failure of it: what isn't done now is done by the next `billing:run`.
 */
export async function settleBilling(
  control: ControlConnection,
  { stripe, scope, onLive }: SettleBillingInput,
): Promise<BillingOutcome> {
  const before = await waitingSteps(control, scope);
  if (before === 0) return { state: "none", waiting: 0, message: null };
  try {
    const { runOutbox } = await import("../billing/run-outbox.js");
    const { openBilling } = await import("../billing/connection.js");
    const billing = openBilling(control, stripe);
    if (billing.livemode) onLive?.();
    const { failed, waiting: left, steps, stopped } = await runOutbox(billing, { accountId: scope });
    const message = stopped?.message ?? steps.find(({ outcome }) => outcome !== "done")?.message ?? null;
    return { state: failed > 0 ? "failed" : left > 0 ? "waiting" : "done", waiting: left, message };
  } catch (error) {
    if (!(error instanceof AzoraError)) throw error;
    return { state: "waiting", waiting: before, message: error.message };
  }
}
