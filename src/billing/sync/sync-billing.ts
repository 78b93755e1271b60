import { AzoraError } from "../../errors.js";
import type { Billing } from "../connection.js";
import { settleMissedEvents } from "../events/settle-missed.js";
import { runOutbox } from "../run-outbox.js";
import { waitingSteps } from "../waiting.js";
import type { Drift, DriftClass } from "./drift.js";
import { findDrift } from "./find-drift.js";
import { fixDrift } from "./fix-drift.js";

export interface SyncBillingInput {
  /** The classes to put right; none for a report alone. */
  readonly fix: readonly DriftClass[];
  readonly onDrift?: (drift: Drift) => void;
}

export interface SyncBillingResult {
  /** What is left when all is done. */
  readonly drift: readonly Drift[];
  /** What was asked of Stripe or taken over, by class. */
  readonly fixed: Readonly<Partial<Record<DriftClass, number>>>;
  /** Steps that Stripe was not asked yet: no drift, `billing:run` does them. */
  readonly waiting: number;
}

/**
 * Says in what the database and Stripe disagree, and puts right what it is told to. It looks again after that:
 * what it reports is what is left.
 * @throws AzoraError as findDrift()
 */
export async function syncBilling(billing: Billing, { fix, onDrift }: SyncBillingInput): Promise<SyncBillingResult> {
  const found = await collect(billing, fix.length === 0 ? onDrift : undefined);
  const fixed: Partial<Record<DriftClass, number>> = {};
  // What shouldn't be there goes first: nothing is repaired beside a step that is under way.
  for (const isExcess of [true, false]) {
    const now = found.filter((each) => fix.includes(each.class) && EXCESS.has(each.class) === isExcess);
    if (await fixAll(billing, now, fixed)) await empty(billing);
  }
  const drift = Object.keys(fixed).length === 0 ? found : await collect(billing, onDrift);
  // Where both agree, no event can be missing.
  if (drift.length === 0) await settleMissedEvents(billing);
  return { drift, fixed, waiting: await waitingSteps(billing.control) };
}

const EXCESS: ReadonlySet<DriftClass> = new Set(["orphaned", "purged-billed"]);

async function fixAll(billing: Billing, drift: readonly Drift[], fixed: Partial<Record<DriftClass, number>>): Promise<boolean> {
  let any = false;
  for (const each of drift) {
    if (!(await fixDrift(billing, each))) continue;
    fixed[each.class] = (fixed[each.class] ?? 0) + 1;
    any = true;
  }
  return any;
}

async function empty(billing: Billing): Promise<void> {
  const { stopped } = await runOutbox(billing);
  if (stopped) throw new AzoraError(stopped.code, stopped.message, stopped.hint === null ? {} : { hint: stopped.hint });
}

async function collect(billing: Billing, onDrift?: (drift: Drift) => void): Promise<readonly Drift[]> {
  const found: Drift[] = [];
  for await (const drift of findDrift(billing)) {
    onDrift?.(drift);
    found.push(drift);
  }
  return found;
}
