import { attempt } from "../../control-plane/attempt.js";
import { type ControlTransaction, inTransaction } from "../../control-plane/dry-run.js";
import { AzoraError } from "../../errors.js";
import type { Billing } from "../connection.js";
import { goneState, stateOf } from "../subscription-state.js";
import type { Drift } from "./drift.js";

/**
 * Asks of Stripe what puts one drift right, or takes over what Stripe says; the outbox does the rest.
 * @returns whether anything was asked or taken over
 */
export async function fixDrift(billing: Billing, drift: Drift): Promise<boolean> {
  if (drift.class === "other-status") return mirror(billing, drift);
  const { control } = billing;
  const about = { action: `billing.sync.${drift.class}`, ...(drift.accountId !== null && { accountId: drift.accountId }) };
  return attempt(control, about, () => inTransaction(control, false, (tx) => ask(tx, billing.livemode, drift)));
}

async function ask(tx: ControlTransaction, livemode: boolean, drift: Drift): Promise<boolean> {
  const [answer] = await repair(tx, livemode, drift);
  return answer?.changed === true;
}

function repair(
  tx: ControlTransaction,
  livemode: boolean,
  { class: kind, accountId, object }: Drift,
): Promise<readonly { readonly changed: boolean }[]> {
  if (kind === "refused") return tx.$queryRaw`SELECT control.retry_billing_steps(${accountId}::uuid) > 0 AS changed`;
  if (accountId === null) return tx.$queryRaw`SELECT control.push_plan(${livemode}, ${object}) AS changed`;
  const what = repairOf({ kind, object });
  return tx.$queryRaw`SELECT control.repair_billing(${livemode}, ${accountId}::uuid, ${what}, ${object}) AS changed`;
}

function repairOf({ kind, object }: { readonly kind: Drift["class"]; readonly object: string | null }): string {
  if (kind === "missing") return object?.startsWith("cus_") ? "no-customer" : "no-subscription";
  if (kind === "other-plan") return "other-plan";
  return kind === "price-changed" ? "other-price" : "stray";
}

/** Asked again, and by the database's clock before that: what was listed may be old by now. */
async function mirror({ control, stripe, livemode }: Billing, { object, accountId }: Drift): Promise<boolean> {
  const id = object ?? "";
  const [clock] = await control.client.$queryRaw<{ now: string }[]>`SELECT clock_timestamp()::text AS now`;
  const state = await stripe
    .read("read the subscription", (api) => api.subscriptions.retrieve(id))
    .then(stateOf, (error: unknown) => {
      if (error instanceof AzoraError && error.code === "NOT_FOUND") return goneState(id);
      throw error;
    });
  return attempt(control, { action: "billing.sync.other-status", ...(accountId !== null && { accountId }) }, () =>
    inTransaction(control, false, async (tx) => {
      const [answer] = await tx.$queryRaw<{ changed: boolean }[]>`
        SELECT control.mirror_subscription(${livemode}, ${JSON.stringify(state)}::jsonb, ${clock?.now}::timestamptz) AS changed`;
      return answer?.changed === true;
    }),
  );
}
