import type Stripe from "stripe";
import { idOf, type World } from "../world/world.js";
import { cancelSubscription } from "./cancel.js";
import { collect, invoicePaid } from "./collect.js";
import { finalize } from "./invoice.js";
import { renew, voidInvoice } from "./renew.js";
import { currentPeriodEnd } from "./schedule.js";

/** How long the first payment may take. */
const INCOMPLETE_SECONDS = 23 * 3600;
/** How long before the end of a trial its customer hears of it. */
const TRIAL_NOTICE_SECONDS = 3 * 86_400;

interface Due {
  /** Seconds since 1970. */
  readonly at: number;
  readonly run: () => void;
}

export interface RunDueOptions {
  /** A test clock's id; null for all that have none. */
  readonly clock: string | null;
  readonly until: number;
}

/** Carries out, in the order of time, what comes due until a moment: renewals, collections, retries, ends. */
export function runDue(world: World, { clock, until }: RunDueOptions): void {
  for (const customer of world.store.all("customer")) {
    if (clock === null && customer.test_clock === null)
      catchUp(world, { until, owns: (id) => id === customer.id, setTime: (at) => setTime(world, null, at) });
  }
  if (clock !== null) {
    const owned = new Set(world.store.all("customer").flatMap(({ id, test_clock }) => (test_clock === clock ? [id] : [])));
    catchUp(world, { until, owns: (id) => owned.has(id), setTime: (at) => setTime(world, clock, at) });
  }
  world.duringDue = undefined;
}

function setTime(world: World, clock: string | null, at: number): void {
  if (clock === null) {
    world.duringDue = at;
    return;
  }
  const { frozen_time: now } = world.store.get("test_helpers.test_clock", clock);
  world.update("test_helpers.test_clock", clock, { frozen_time: Math.max(now, at) }, false); // never back
}

interface CatchUp {
  readonly until: number;
  readonly owns: (customer: string) => boolean;
  readonly setTime: (at: number) => void;
}

function catchUp(world: World, { until, owns, setTime: setClock }: CatchUp): void {
  for (;;) {
    const due = [
      ...world.store.all("subscription").flatMap((each) => (owns(idOf(each.customer)) ? dueOfSubscription(world, each) : [])),
      ...world.store.all("invoice").flatMap((each) => (owns(idOf(each.customer ?? "")) ? dueOfInvoice(world, each) : [])),
    ].filter(({ at }) => at <= until);
    const [first] = due.sort((a, b) => a.at - b.at);
    if (!first) return;
    setClock(first.at);
    first.run();
  }
}

function dueOfSubscription(world: World, subscription: Stripe.Subscription): Due[] {
  const { id, status, created, latest_invoice: latest, trial_end: trialEnd, cancel_at: cancelAt } = subscription;
  if (status === "incomplete") {
    const expire = () => {
      cancelSubscription(world, id, { reason: "payment_failed", status: "incomplete_expired" });
      if (latest !== null) voidInvoice(world, world.store.get("invoice", idOf(latest)));
    };
    return [{ at: created + INCOMPLETE_SECONDS, run: expire }];
  }
  if (!["active", "past_due", "trialing", "unpaid"].includes(status)) return [];
  const end = currentPeriodEnd(subscription);
  const due: Due[] = [
    {
      at: cancelAt === null ? end : Math.min(end, cancelAt),
      run: () => (cancelAt !== null && cancelAt < end ? endNow(world, id) : renew(world, id)),
    },
  ];
  const notice = (trialEnd ?? 0) - TRIAL_NOTICE_SECONDS;
  if (status === "trialing" && notice > world.now(subscription)) {
    due.push({ at: notice, run: () => world.events.emit("customer.subscription.trial_will_end", subscription) });
  }
  const resumesAt = subscription.pause_collection?.resumes_at ?? null;
  if (resumesAt !== null) due.push({ at: resumesAt, run: () => world.update("subscription", id, { pause_collection: null }) });
  return due;
}

function endNow(world: World, id: string): void {
  cancelSubscription(world, id, { reason: "cancellation_requested" });
}

function dueOfInvoice(world: World, invoice: Stripe.Invoice): Due[] {
  const { id, status, automatically_finalizes_at: finalizesAt, next_payment_attempt: attemptAt, due_date: dueDate } = invoice;
  if (status === "draft" && finalizesAt !== null) return [{ at: finalizesAt, run: () => finalizeAndCollect(world, id) }];
  if (status !== "open") return [];
  if (attemptAt !== null) return [{ at: attemptAt, run: () => collect(world, id) }];
  if (dueDate !== null && !invoice.attempted) return [{ at: dueDate, run: () => overdue(world, invoice) }];
  return [];
}

/** Makes a draft binding and tries to collect it, as Stripe does an hour after it made one. */
export function finalizeAndCollect(world: World, id: string): void {
  const invoice = finalize(world, id);
  if (invoice.status === "paid") invoicePaid(world, id);
  else if (invoice.collection_method === "charge_automatically") collect(world, id);
}

/** An invoice that was sent and not paid: Stripe tries nothing, the subscription is past due. */
function overdue(world: World, invoice: Stripe.Invoice): void {
  world.update("invoice", invoice.id, { attempted: true }, "invoice.overdue");
  const subscription = invoice.parent?.subscription_details?.subscription;
  const found = subscription === undefined ? undefined : world.store.find("subscription", idOf(subscription));
  if (found?.status === "active") world.update("subscription", found.id, { status: "past_due" });
}
