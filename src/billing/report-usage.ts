import { attempt } from "../control-plane/attempt.js";
import { inTransaction } from "../control-plane/dry-run.js";
import { AzoraError } from "../errors.js";
import { findBilledTenant } from "./billed-tenant.js";
import type { Billing } from "./connection.js";

export interface ReportUsageInput {
  /** Slug or id. */
  readonly tenant: string;
  /** The meter's event name at Stripe. */
  readonly meter: string;
  readonly value: number;
  readonly at: Date;
  /** The caller's own word for this usage: told again under it, it is counted once. */
  readonly id: string;
  readonly dryRun: boolean;
}

export interface ReportUsageResult extends ReportUsageInput {
  /** False when it was told already. */
  readonly changed: boolean;
  readonly accountId: string;
}

/**
 * Writes down usage for Stripe.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, CONFLICT (the same word with other values), NOT_PERMITTED
 */
export async function recordUsage(billing: Billing, input: ReportUsageInput): Promise<ReportUsageResult> {
  const { meter, value, at, id, dryRun } = input;
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new AzoraError("INVALID_INPUT", "Usage is a whole number, 0 or more. No money moved.");
  }
  if (meter.trim() === "" || id.trim() === "")
    throw new AzoraError("INVALID_INPUT", "Usage needs a meter and an id. No money moved.");
  const { tenant } = await findBilledTenant(billing, input.tenant);
  const { control, livemode } = billing;
  return attempt(control, { action: "billing.usage", accountId: tenant.id, slug: tenant.slug }, () =>
    inTransaction(control, dryRun, async (tx) => {
      const [answer] = await tx.$queryRaw<{ changed: boolean }[]>`
        SELECT control.report_usage(${livemode}, ${tenant.id}::uuid, ${meter}, ${value}::bigint, ${at.toISOString()}::timestamptz, ${id}) AS changed`;
      return { ...input, tenant: tenant.slug, accountId: tenant.id, changed: answer?.changed === true };
    }),
  );
}
