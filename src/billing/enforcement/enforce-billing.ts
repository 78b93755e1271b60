import { attempt } from "../../control-plane/attempt.js";
import { type ControlTransaction, inTransaction } from "../../control-plane/dry-run.js";
import { askSubscription, type SeenSubscription } from "../ask-subscription.js";
import type { Billing } from "../connection.js";
import type { OwingTenant } from "./nonpayment.js";

export interface EnforceOptions {
  readonly dryRun: boolean;
  /** How many tenants one run may stop; by default 10, or a twentieth of those that are billed if that is more. */
  readonly max: number | undefined;
  readonly onTenant?: (slug: string) => void;
}

export interface EnforceResult {
  readonly dryRun: boolean;
  readonly max: number;
  /** True when more would have been stopped than `max`: then nobody was. */
  readonly tooMany: boolean;
  /** What was done, or with `dryRun` and `tooMany` what would have been. */
  readonly steps: readonly OwingTenant[];
  /** Who owes and has time left, or nothing more to lose. */
  readonly waiting: readonly OwingTenant[];
  /** Slugs of those that Stripe says have paid by now. */
  readonly paid: readonly string[];
  /** Slugs of those whose subscription Stripe doesn't know: nothing is done to them. */
  readonly unclear: readonly string[];
}

interface Owing {
  readonly accountId: string;
  readonly slug: string;
  readonly stripeId: string;
}

/**
 * Takes the next step with every tenant whose time is over. Stripe is asked about each of them
 * first, all of them before anybody is stopped: what the database remembers may be old, and an
 * outage on the way leaves everybody as they are.
 * @throws AzoraError NOT_PERMITTED; UNREACHABLE and the like, then nobody was stopped
 */
export async function enforceBilling(billing: Billing, { dryRun, max: given, onTenant }: EnforceOptions): Promise<EnforceResult> {
  const listed = await listOwing(billing);
  const max = given ?? (await usualMax(billing));
  const [due, waiting, paid, unclear]: [OwingTenant[], OwingTenant[], string[], string[]] = [[], [], [], []];
  for (const owing of listed) {
    onTenant?.(owing.slug);
    const seen = await askSubscription(billing, owing.stripeId);
    const now = seen && (await see(billing, owing, { seen, dryRun }));
    if (!seen) unclear.push(owing.slug);
    else if (!now) paid.push(owing.slug);
    else (now.isDue ? due : waiting).push(now);
  }
  const tooMany = due.filter(({ step }) => step !== "grace").length > max;
  const steps: OwingTenant[] = [];
  for (const owing of due) if (dryRun || tooMany || (await enforce(billing, owing))) steps.push(owing);
  return { dryRun, max, tooMany, steps, waiting, paid, unclear };
}

async function usualMax({ control }: Billing): Promise<number> {
  const [billed] = await control.client.$queryRaw<{ count: number }[]>`
    SELECT count(*)::integer AS count FROM control.subscriptions WHERE stripe_id IS NOT NULL`;
  return Math.max(10, Math.ceil((billed?.count ?? 0) / 20));
}

function listOwing({ control }: Billing): Promise<Owing[]> {
  return attempt(
    control,
    { action: "billing.enforce" },
    () => control.client.$queryRaw<Owing[]>`
      SELECT account_id::text AS "accountId", slug, stripe_id AS "stripeId" FROM control.nonpayment_steps() ORDER BY past_due_since, slug`,
  );
}

interface SeeOptions {
  readonly seen: SeenSubscription;
  readonly dryRun: boolean;
}

/** @returns undefined when the tenant doesn't owe any more: its suspension has ended with that */
function see({ control, livemode }: Billing, { accountId, slug }: Owing, { seen, dryRun }: SeeOptions) {
  return attempt(control, { action: "billing.enforce", accountId, slug }, () =>
    inTransaction(control, dryRun, async (tx) => {
      await tx.$queryRaw`
        SELECT control.mirror_subscription(${livemode}, ${JSON.stringify(seen.state)}::jsonb, ${seen.seenAt}::timestamptz)`;
      return nextStep(tx, accountId);
    }),
  );
}

async function nextStep(tx: ControlTransaction, accountId: string): Promise<OwingTenant | undefined> {
  const [next] = await tx.$queryRaw<OwingTenant[]>`
    SELECT account_id::text AS "accountId", slug, step, past_due_since AS "pastDueSince", grace_until AS "graceUntil", due_at AS "dueAt",
      coalesce(due_at <= clock_timestamp(), false) AS "isDue"
    FROM control.nonpayment_steps() WHERE account_id = ${accountId}::uuid`;
  return next;
}

/** @returns false when something has changed since Stripe was asked: the next run sees to it */
async function enforce({ control, livemode }: Billing, { accountId, slug, step }: OwingTenant): Promise<boolean> {
  const [answer] = await attempt(control, { action: "billing.enforce", accountId, slug }, () =>
    inTransaction(
      control,
      false,
      (tx) => tx.$queryRaw<{ done: boolean }[]>`
        SELECT control.enforce_nonpayment(${livemode}, ${accountId}::uuid, ${step}) AS done`,
    ),
  );
  return answer?.done === true;
}
