import type { Config } from "../config.js";
import { attempt } from "../control-plane/attempt.js";
import { type BillingMode, setBilling } from "../control-plane/billing-mode.js";
import type { ControlConnection } from "../control-plane/connection.js";
import { inTransaction } from "../control-plane/dry-run.js";
import type { OutsideStore, Removal, StoreEntry } from "../control-plane/outside-stores.js";
import { AzoraError } from "../errors.js";
import { settleBilling } from "./settle-billing.js";

export interface StripeStoreOptions extends Pick<Config, "stripe"> {
  /** What a purge does at Stripe; anything but `cancel` leaves it pending in the receipt. */
  readonly mode: Exclude<BillingMode, "resume">;
  /** Told before anything is written with a live key. */
  readonly onLive?: () => void;
}

/** States in which nobody is billed any more. */
const ENDED = ["canceled", "incomplete_expired"] as const;

/** Stripe, as a purge and its receipt see it. The connection is asked for late: the store is part of it. */
export function stripeStore(control: () => ControlConnection, { stripe, mode, onLive }: StripeStoreOptions): OutsideStore {
  const told = { stripe, ...(onLive && { onLive }) };
  return {
    name: "stripe",
    async find(db, accountId): Promise<StoreEntry | null> {
      if ((await db.stripeConnection.count()) === 0) return null;
      const customer = await db.stripeCustomer.findUnique({ where: { accountId } });
      const living = await db.subscription.count({
        where: { accountId, stripeId: { not: null }, status: { notIn: [...ENDED] } },
      });
      const waiting = await db.billingStep.count({
        where: { accountId, state: { in: ["pending", "failed"] }, NOT: { kind: { startsWith: "usage." } } },
      });
      return { reference: customer?.stripeId ?? null, settled: living + waiting === 0 };
    },
    async remove(removal) {
      const connection = control();
      const isThere = (await connection.client.account.count({ where: { id: removal.accountId } })) > 0;
      if (isThere) await ask(connection, removal.accountId, mode);
      await settle(connection, { ...told, scope: removal.accountId });
      if (isThere && mode !== "cancel") throw new AzoraError("ILLEGAL_STEP", LEFT[mode]);
      // What was left alone at the purge, or begun behind azora's back, is known by the customer alone.
      if (!isThere) await endAll(connection, told, removal);
    },
  };
}

const LEFT = {
  keep: "its subscription is left as it is.",
  pause: "its subscription is paused, and did not end.",
} as const;

async function ask(connection: ControlConnection, accountId: string, mode: StripeStoreOptions["mode"]): Promise<void> {
  await attempt(connection, { action: "tenant.purge", accountId }, () =>
    inTransaction(connection, false, async (tx) => {
      if (mode === "cancel") await tx.$queryRaw`SELECT FROM control.end_billing(${accountId}::uuid)`;
      else await setBilling(tx, accountId, mode);
    }),
  );
}

/** @throws AzoraError CONFLICT (Stripe refused), UNREACHABLE (it was not heard, or another run is at it) */
async function settle(
  connection: ControlConnection,
  order: Pick<StripeStoreOptions, "stripe" | "onLive"> & { readonly scope: string },
): Promise<void> {
  const { state, message } = await settleBilling(connection, order);
  if (state === "none" || state === "done") return;
  throw new AzoraError(state === "failed" ? "CONFLICT" : "UNREACHABLE", message ?? "another run is working on it.", {
    hint: "`azora billing:run` goes on with it.",
  });
}

/** Ends whatever still bills the customer. @throws AzoraError as billing's client */
async function endAll(
  connection: ControlConnection,
  { stripe, onLive }: Pick<StripeStoreOptions, "stripe" | "onLive">,
  { reference }: Removal,
): Promise<void> {
  if (reference === null) return;
  const { openBilling } = await import("../billing/connection.js");
  const { endSubscriptions } = await import("../billing/end-subscriptions.js");
  const billing = openBilling(connection, stripe);
  if (billing.livemode) onLive?.();
  await endSubscriptions(billing.stripe, reference);
}
