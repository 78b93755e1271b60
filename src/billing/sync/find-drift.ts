import { attempt } from "../../control-plane/attempt.js";
import { AzoraError } from "../../errors.js";
import type { Billing } from "../connection.js";
import type { Drift } from "./drift.js";
import { customerDrift } from "./find-customers.js";
import { neverBilled, planDrift, refusedSteps } from "./find-local.js";
import { subscriptionDrift } from "./find-subscriptions.js";

/**
 * All in which the database and Stripe disagree, one by one as it is found; memory doesn't grow with the tenants.
 * @throws AzoraError BILLING_NOT_CONFIGURED, NOT_PERMITTED (role; a key of the other mode), UNREACHABLE
 */
export async function* findDrift(billing: Billing): AsyncGenerator<Drift> {
  const installation = await installationOf(billing);
  yield* refusedSteps(billing);
  yield* planDrift(billing);
  yield* neverBilled(billing);
  yield* customerDrift(billing, installation);
  yield* subscriptionDrift(billing, installation);
}

async function installationOf({ control, livemode }: Billing): Promise<string> {
  const connection = await attempt(control, { action: "billing.sync" }, () => control.client.stripeConnection.findFirst());
  if (!connection) {
    throw new AzoraError("BILLING_NOT_CONFIGURED", "This installation is not connected to Stripe. No money moved.", {
      hint: "`azora billing:connect` connects it.",
    });
  }
  if (connection.livemode === livemode) return connection.installationId;
  const mode = connection.livemode ? "live" : "test";
  throw new AzoraError(
    "NOT_PERMITTED",
    `Tenants here are billed in Stripe's ${mode} mode; this key is of the other one. No money moved.`,
    {
      hint: "Use the key of that mode.",
    },
  );
}
