import { attempt } from "../../control-plane/attempt.js";
import { inTransaction } from "../../control-plane/dry-run.js";
import { AzoraError } from "../../errors.js";
import { askSubscription, type SeenSubscription } from "../ask-subscription.js";
import type { Billing } from "../connection.js";
import { subscriptionOf } from "./event-types.js";
import type { StripeEvent } from "./stripe-event.js";

/**
 * What an event came to: its subscription changed here, or was known to be so already; nobody here has it; the event was
 * handled before; it is about nothing that is kept here.
 */
export type EventOutcome = "changed" | "unchanged" | "unknown" | "duplicate" | "ignored";

export interface HandledEvent {
  readonly id: string;
  readonly type: string;
  /** `sub_…`; null for what is about none. */
  readonly subscription: string | null;
  readonly outcome: EventOutcome;
}

export interface HandleOptions {
  readonly dryRun?: boolean;
  /** How Stripe is asked; each event by itself unless told. */
  readonly ask?: (subscription: string) => Promise<SeenSubscription | undefined>;
}

/**
 * Does what an event asks for, once. Events come twice, late and in any order, so what one says is
 * never taken for the state: Stripe is asked what the subscription is now. The event's id and what
 * follows from it are written in one transaction.
 * @throws AzoraError NOT_PERMITTED for an event of Stripe's other mode; as the client's and the control plane's
 */
export async function handleEvent(billing: Billing, event: StripeEvent, options: HandleOptions = {}): Promise<HandledEvent> {
  const { control, livemode } = billing;
  const { ask = (id) => askSubscription(billing, id), dryRun = false } = options;
  const subscription = subscriptionOf(event);
  const { id, type } = event;
  const handled = (outcome: EventOutcome) => ({ id, type, subscription: subscription ?? null, outcome });
  if (event.livemode !== livemode) throw otherMode(event);
  if (subscription === undefined) return handled("ignored");
  const [found] = await control.client.$queryRaw<{ isHandled: boolean; isKnown: boolean }[]>`
    SELECT EXISTS (SELECT FROM control.stripe_events e WHERE e.id = ${id} AND e.outcome <> 'unknown') AS "isHandled",
      EXISTS (SELECT FROM control.subscriptions s WHERE s.stripe_id = ${subscription}) AS "isKnown"`;
  if (found?.isHandled) return handled("duplicate");
  const seen = found?.isKnown ? await ask(subscription) : undefined;
  const [applied] = await attempt(control, { action: "billing.event" }, () =>
    inTransaction(
      control,
      dryRun,
      (tx) => tx.$queryRaw<{ outcome: EventOutcome }[]>`
        SELECT control.apply_stripe_event(${livemode}, ${id}, ${type}, ${subscription}, to_timestamp(${event.created}),
          ${seen ? JSON.stringify(seen.state) : null}::jsonb, ${seen?.seenAt ?? null}::timestamptz) AS outcome`,
    ),
  );
  return handled(applied?.outcome ?? "unknown");
}

function otherMode({ id, livemode }: StripeEvent): AzoraError {
  const [theirs, ours] = livemode ? ["live", "test"] : ["test", "live"];
  return new AzoraError(
    "NOT_PERMITTED",
    `The event ${id} is of Stripe's ${theirs} mode, the key of its ${ours} mode. Nothing was changed.`,
    {
      hint: "Key and webhook secret have to be of the same mode.",
    },
  );
}
