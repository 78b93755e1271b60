import type { Billing } from "./connection.js";

/** What can be asked of Stripe, one request or a few that belong together. */
export type StepKind =
  | "plan.push"
  | "plan.archive"
  | "customer.create"
  | "customer.update"
  | "customer.delete"
  | "subscription.create"
  | "subscription.change"
  | "subscription.collect"
  | "subscription.pause"
  | "subscription.resume"
  | "subscription.cancel"
  | "usage.report";

/** A step as it was claimed: a row of control.billing_steps. */
export interface Step {
  readonly id: number;
  readonly kind: StepKind;
  readonly accountId: string | null;
  /** How often it was begun, this time included. */
  readonly attempts: number;
  /** All that the request is made of, the same at each attempt. */
  readonly request: StepRequest;
  readonly idempotencyKey: string;
}

/** The fields that the database puts into a request; each kind of step has those that it needs. */
export interface StepRequest {
  readonly installation: string;
  readonly account?: string;
  readonly slug?: string;
  readonly name?: string;
  readonly email?: string;
  readonly customer?: string;
  readonly subscription?: string;
  readonly plan?: string;
  readonly price?: string;
  readonly trialDays?: number;
  readonly collectionMethod?: "charge_automatically" | "send_invoice";
  readonly daysUntilDue?: number;
  /** Seconds since 1970. */
  readonly prorationDate?: number | null;
  readonly code?: string;
  /** Minor units. */
  readonly amount?: number;
  readonly currency?: string;
  readonly interval?: "month" | "year";
  readonly meter?: string;
  readonly value?: number;
  /** Seconds since 1970. */
  readonly at?: number;
  readonly identifier?: string;
}

interface ClaimedRow {
  readonly id: bigint;
  readonly kind: StepKind;
  readonly account_id: string | null;
  readonly attempts: number;
  readonly request: StepRequest;
  readonly idempotency_key: string;
}

export interface ClaimInput {
  /** A word of the caller's own, by which the lease is known. */
  readonly worker: string;
  readonly leaseSeconds: number;
  /** This tenant's steps and the plans' only; `plans` for no tenant's. */
  readonly accountId?: string | "plans";
}

/** No tenant has it. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Takes the next step that nobody works on; undefined when there is none to do now. */
export async function claimStep(
  { control, livemode }: Billing,
  { worker, leaseSeconds, accountId }: ClaimInput,
): Promise<Step | undefined> {
  const account = accountId === "plans" ? NOBODY : (accountId ?? null);
  const [row] = await control.client.$queryRaw<ClaimedRow[]>`
    SELECT id, kind, account_id, attempts, request, idempotency_key
    FROM control.claim_billing_step(${livemode}, ${worker}, make_interval(secs => ${leaseSeconds}), ${account}::uuid)`;
  if (!row) return undefined;
  const { id, kind, attempts, request } = row;
  return { id: Number(id), kind, accountId: row.account_id, attempts, request, idempotencyKey: row.idempotency_key };
}

/**
 * A value that this kind of step always has.
 * @throws Error when the database has left it out: a mistake of azora's
 */
export function need<K extends keyof StepRequest>({ id, kind, request }: Step, field: K): NonNullable<StepRequest[K]> {
  const value = request[field];
  if (value === undefined || value === null) throw new Error(`Step ${id} (${kind}) has no ${field}.`);
  return value;
}
