import { attempt } from "../../control-plane/attempt.js";
import { inTransaction } from "../../control-plane/dry-run.js";
import { AzoraError } from "../../errors.js";
import { askSubscription, type SeenSubscription } from "../ask-subscription.js";
import type { Billing } from "../connection.js";
import { pagesAfter } from "./event-pages.js";
import { type EventOutcome, type HandledEvent, handleEvent } from "./handle-event.js";
import type { StripeEvent } from "./stripe-event.js";

export interface PullOptions {
  readonly dryRun: boolean;
  readonly onEvent?: (handled: HandledEvent) => void;
}

/** An event that couldn't be handled; the next pull begins before it. */
export interface FailedEvent {
  readonly id: string;
  readonly type: string;
  readonly message: string;
}

export interface PullResult {
  readonly dryRun: boolean;
  /** How many events came to what. */
  readonly outcomes: Readonly<Record<EventOutcome, number>>;
  readonly failed: readonly FailedEvent[];
  /** Since when events may be lost, as Stripe keeps them for 30 days only; null when none is. */
  readonly missedSince: Date | null;
}

interface Cursor {
  readonly eventId: string | null;
  readonly missedSince: Date | null;
}

/**
 * Handles what happened at Stripe since the last time, oldest first, with one page in memory. The
 * cursor moves when a page is done and not before, so a run that is killed is followed by one that
 * goes on; two at once do no harm, since an event is handled once.
 * @throws AzoraError UNREACHABLE and the like: what was done until then is kept
 */
export async function pullEvents(billing: Billing, { dryRun, onEvent }: PullOptions): Promise<PullResult> {
  const { eventId, missedSince } = await begin(billing, dryRun);
  const outcomes = { changed: 0, unchanged: 0, unknown: 0, duplicate: 0, ignored: 0 };
  const failed: FailedEvent[] = [];
  for await (const { events, readAt } of pagesAfter(billing, eventId)) {
    const ask = askOnce(billing);
    for (const event of events) {
      const handled = await tryEvent(billing, event, { dryRun, ask });
      if ("message" in handled) failed.push(handled);
      else {
        outcomes[handled.outcome] += 1;
        onEvent?.(handled);
      }
    }
    // Never past one that failed: it would be forgotten.
    if (failed.length === 0 && !dryRun) await moveCursor(billing, events.at(-1)?.id ?? eventId, readAt);
  }
  return { dryRun, outcomes, failed, missedSince };
}

async function begin({ control, livemode }: Billing, dryRun: boolean): Promise<Cursor> {
  const [cursor] = await attempt(control, { action: "billing.events" }, () =>
    inTransaction(
      control,
      dryRun,
      (tx) => tx.$queryRaw<Cursor[]>`
        SELECT event_id AS "eventId", missed_since AS "missedSince" FROM control.begin_event_pull(${livemode})`,
    ),
  );
  return cursor ?? { eventId: null, missedSince: null };
}

async function moveCursor({ control, livemode }: Billing, eventId: string | null, readAt: string | null): Promise<void> {
  await attempt(
    control,
    { action: "billing.events" },
    () => control.client.$queryRaw`SELECT FROM control.move_event_cursor(${livemode}, ${eventId}, ${readAt}::timestamptz)`,
  );
}

/** The events of a page say what to look at; what they are about is looked at once, after all of them. */
function askOnce(billing: Billing): (subscription: string) => Promise<SeenSubscription | undefined> {
  const asked = new Map<string, Promise<SeenSubscription | undefined>>();
  return (id) => {
    const answer = asked.get(id) ?? askSubscription(billing, id);
    asked.set(id, answer);
    return answer;
  };
}

interface TryOptions {
  readonly dryRun: boolean;
  readonly ask: ReturnType<typeof askOnce>;
}

/** One event that can't be handled must not keep all those after it; who can't be reached keeps everything. */
async function tryEvent(billing: Billing, event: StripeEvent, options: TryOptions): Promise<HandledEvent | FailedEvent> {
  try {
    return await handleEvent(billing, event, options);
  } catch (error) {
    if (error instanceof AzoraError && error.code !== "FAILURE") throw error;
    return { id: event.id, type: event.type, message: error instanceof Error ? error.message : String(error) };
  }
}
