import { handleEvent } from "../../src/billing/events/handle-event.js";
import { pullEvents } from "../../src/billing/events/pull-events.js";
import type { StripeEvent } from "../../src/billing/events/stripe-event.js";
import { type ReceiverOptions, startReceiver } from "../../src/billing/webhook/receiver.js";
import { signPayload } from "../stripe/control/deliveries.js";
import type { FaultKind } from "../stripe/control/faults.js";
import type { Billed } from "./billed.js";
import { differences, FORGED, forgedEvents } from "./differences.js";
import { type Random, randomOf } from "./random.js";

/** What takes events in: azora's own, or one with a mistake in it, to see that the campaign sees it. */
export interface Intake {
  readonly handle: (billed: Billed, event: StripeEvent) => Promise<unknown>;
  readonly pull: (billed: Billed) => Promise<unknown>;
  readonly listen: (options: ReceiverOptions) => Promise<{ readonly url: string; stop(): Promise<void> }>;
}

export const OURS: Intake = {
  handle: (billed, event) => handleEvent(billed.billing(), event),
  pull: (billed) => pullEvents(billed.billing(), { dryRun: false }),
  listen: startReceiver,
};

export interface Campaign {
  readonly seed: number;
  readonly rounds: number;
  readonly intake?: Intake;
}

const SECRET = "whsec_campaign";
const FAULTS: readonly FaultKind[] = ["rate_limit", "error", "drop", "drop_after", "error_after"];

/**
 * Things happen at Stripe, and are told twice, in any order, late, not at all, or by somebody else; requests fail;
 * pulls are cut off. Then everything is well again, one pull comes to its end, and what differs is returned.
 */
export async function campaign(billed: Billed, { seed, rounds, intake = OURS }: Campaign): Promise<string[]> {
  const random = randomOf(seed);
  const { control } = billed.running;
  const told: string[] = [];
  const receiver = await intake.listen({
    host: "127.0.0.1",
    port: 0,
    secrets: [SECRET],
    handle: (event) => {
      told.push(JSON.stringify(event));
      return intake.handle(billed, event);
    },
    onFailure: () => undefined,
    onRefusal: () => undefined,
  });
  control.listen({ url: receiver.url, secret: SECRET });
  try {
    for (let round = 0; round < rounds; round += 1) {
      await happen(billed, random);
      if (random.chance(0.3))
        control.fault({ kind: random.pick(FAULTS), skip: random.below(5), times: 1 + random.below(9), method: "GET" });
      await tell(billed, { random, intake, told, url: receiver.url });
      control.clearFaults();
    }
    if (rounds > 0) await tellBackwards(billed, random);
  } finally {
    await receiver.stop();
    control.forgetDeliveries();
  }
  if (rounds > 0) await cutOff(billed, { random, intake });
  await intake.pull(billed);
  return [...(await differences(billed)), ...(await forgedEvents(billed))];
}

/** Somebody cancels and thinks better of it, and that is told in the wrong order. */
async function tellBackwards(billed: Billed, random: Random): Promise<void> {
  const { control } = billed.running;
  control.forgetDeliveries();
  const subscription = await changeOne(billed, random);
  if (subscription) {
    const { cancel_at_period_end: isLeaving } = await billed.api.subscriptions.retrieve(subscription);
    await billed.api.subscriptions.update(subscription, { cancel_at_period_end: !isLeaving });
  }
  await control.deliver({ order: "reversed" });
}

/** There is news of somebody, and Stripe goes away for good as soon as it was listed. */
async function cutOff(billed: Billed, { random, intake }: Pick<Telling, "random" | "intake">): Promise<void> {
  await changeOne(billed, random);
  billed.running.control.fault({ kind: "drop", skip: 1, times: 100 });
  await intake.pull(billed).catch(() => undefined); // that is what it is for
  billed.running.control.clearFaults();
}

/** @returns whose subscription has changed; nobody's when all have ended */
async function changeOne({ api, tenants }: Billed, random: Random): Promise<string | undefined> {
  for (const { subscription } of random.shuffle(tenants)) {
    const { status, cancel_at_period_end: isLeaving } = await api.subscriptions.retrieve(subscription);
    if (status === "canceled") continue;
    await api.subscriptions.update(subscription, { cancel_at_period_end: !isLeaving });
    return subscription;
  }
  return undefined;
}

/** Something that a customer, the time or the vendor does at Stripe. */
async function happen(billed: Billed, random: Random): Promise<void> {
  const tenant = random.pick(billed.tenants);
  const { api } = billed;
  const { status, items, cancel_at_period_end: isLeaving } = await api.subscriptions.retrieve(tenant.subscription);
  if (status === "canceled") {
    billed.pass(1);
    return;
  }
  const prices = (await api.prices.list({ active: true, limit: 100 })).data.filter(
    ({ recurring }) => recurring?.interval === "month",
  );
  const [item] = items.data;
  const steps = [
    () => billed.pass(1 + random.below(9)),
    () => billed.setCard(tenant, random.chance(0.5)),
    () => billed.payAll(tenant.subscription).catch(() => undefined), // the card may be declined
    () => api.subscriptions.update(tenant.subscription, { cancel_at_period_end: !isLeaving && random.chance(0.3) }),
    () =>
      api.subscriptions
        .update(tenant.subscription, { items: [{ id: item?.id ?? "", price: random.pick(prices).id }] })
        .catch(() => undefined), // declined as well
  ];
  await random.pick(steps)();
}

interface Telling {
  readonly random: Random;
  readonly intake: Intake;
  /** Events that were sent before. */
  readonly told: readonly string[];
  readonly url: string;
}

/** What becomes of the news of it. */
async function tell(billed: Billed, { random, intake, told, url }: Telling): Promise<void> {
  const { control } = billed.running;
  const now = Math.floor(Date.now() / 1000);
  const send = (body: string, secret: string, timestamp: number) =>
    fetch(url, { method: "POST", body, headers: { "Stripe-Signature": signPayload(body, { secret, timestamp }) } });
  const copies = 1 + random.below(2);
  const ways: (() => Promise<unknown> | unknown)[] = [
    () => control.deliver({ order: "shuffled", seed: random.below(1e6), copies }),
    () => control.deliver({ order: "reversed", copies }),
    () => control.deliver(),
    () => control.forgetDeliveries(),
    () => undefined, // it waits, and comes with the next
    () => intake.pull(billed).catch(() => undefined),
    () => (told.length > 0 ? send(random.pick(told), SECRET, now) : undefined),
    () => (told.length > 0 ? send(random.pick(told), SECRET, now - 3600) : undefined),
    () => send(forge(billed, random), "whsec_forger", now),
  ];
  await random.pick(ways)();
}

function forge({ tenants }: Billed, random: Random): string {
  const object = { id: random.pick(tenants).subscription, status: "canceled" };
  const id = `${FORGED}${random.below(1e9)}`;
  return JSON.stringify({ id, type: "customer.subscription.deleted", livemode: false, created: 1, data: { object } });
}
