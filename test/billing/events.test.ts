import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { askSubscription } from "../../src/billing/ask-subscription.js";
import { subscriptionOf } from "../../src/billing/events/event-types.js";
import { handleEvent } from "../../src/billing/events/handle-event.js";
import { type PullResult, pullEvents } from "../../src/billing/events/pull-events.js";
import { readStripeEvent, type StripeEvent } from "../../src/billing/events/stripe-event.js";
import { describeOnBothEngines } from "../support/world.js";
import { Billed, type BilledTenant, fresh } from "./billed.js";
import { differences } from "./differences.js";

/** What happened at Stripe comes into the database: once, whatever the order, and without anything left out. */

const NONE = { changed: 0, unchanged: 0, unknown: 0, duplicate: 0, ignored: 0 };

describeOnBothEngines("events", (world, kind) => {
  let billed: Billed;
  let tenant: BilledTenant;
  beforeAll(async () => {
    billed = await Billed.open(world());
  });
  beforeEach(async () => {
    tenant = await billed.add(fresh());
  });
  afterAll(() => billed.close());

  const pull = (dryRun = false): Promise<PullResult> => pullEvents(billed.billing(), { dryRun });
  const fall = () => billed.fallBehind(tenant);
  /** Oldest first, as they were sent. */
  async function eventsOf(type: string): Promise<StripeEvent[]> {
    const { data } = await billed.api.events.list({ type, limit: 100 });
    const events = data.toReversed().flatMap((event) => readStripeEvent(JSON.stringify(event)) ?? []);
    return events.filter((event) => subscriptionOf(event) === tenant.subscription);
  }

  it("are taken in by a pull, and not a second time", async () => {
    await pull();
    await fall();
    expect(await differences(billed)).not.toEqual([]);
    const { outcomes, failed, missedSince } = await pull();
    expect(outcomes.changed).toBeGreaterThan(0);
    expect({ failed, missedSince }).toEqual({ failed: [], missedSince: null });
    expect(await differences(billed)).toEqual([]);
    const again = (await pull()).outcomes;
    expect({ ...again, duplicate: 0 }).toEqual(NONE);
  });

  it("are taken in from the first that Stripe still has, page by page", async () => {
    for (let month = 0; month < 8; month += 1) {
      await billed.setCard(tenant, month % 2 === 0);
      billed.pass(31);
    }
    const total = (await billed.api.events.list({ limit: 100, types: ["invoice.paid", "customer.subscription.updated"] })).data;
    const { outcomes } = await pull();
    expect(outcomes.changed + outcomes.unchanged).toBeGreaterThanOrEqual(total.length);
    expect(await differences(billed)).toEqual([]);
  });

  it("change nothing in a dry run, which says the same", async () => {
    await fall();
    const tables = async () => [
      await world().look("SELECT * FROM control.stripe_events ORDER BY id"),
      await world().look("SELECT * FROM control.stripe_event_cursor"),
      await differences(billed),
    ];
    const before = await tables();
    const dry = await pull(true);
    expect(await tables()).toEqual(before);
    expect(dry.outcomes.changed).toBeGreaterThan(0);
    const { outcomes } = await pull();
    expect(outcomes.changed + outcomes.unchanged).toBe(dry.outcomes.changed + dry.outcomes.unchanged);
  });

  it("that come late never bring an old state back", async () => {
    await fall();
    const old = await eventsOf("customer.subscription.updated");
    await billed.setCard(tenant, true);
    await billed.payAll(tenant.subscription);
    await pull();
    expect(await differences(billed)).toEqual([]);
    await world().look("DELETE FROM control.stripe_events");
    for (const event of old) await handleEvent(billed.billing(), event);
    expect(old.some(({ data }) => (data.object as { status: string }).status === "past_due")).toBe(true);
    expect(await differences(billed)).toEqual([]);
  });

  it("that were asked about earlier and are written later give way", async () => {
    await fall();
    const [event] = await eventsOf("customer.subscription.updated");
    if (!event) throw new Error("Nothing was updated.");
    const stale = await askSubscription(billed.billing(), tenant.subscription);
    await billed.setCard(tenant, true);
    await billed.payAll(tenant.subscription);
    await pull();
    await world().look("DELETE FROM control.stripe_events WHERE id = $1", event.id);
    const { outcome } = await handleEvent(billed.billing(), event, { ask: async () => stale });
    expect(outcome).toBe("unchanged");
    expect(await differences(billed)).toEqual([]);
  });

  it("are all handled when Stripe goes away in the middle and comes back", async () => {
    await pull();
    await fall();
    for (const skip of [0, 1, 2]) {
      billed.running.control.fault({ kind: "drop", skip, times: 100 });
      await expect(pull()).rejects.toMatchObject({
        code: "UNREACHABLE",
        exit: 8,
        message: expect.stringContaining("no money moved"),
      });
      billed.running.control.clearFaults();
    }
    await pull();
    expect(await differences(billed)).toEqual([]);
  });

  it("of the other mode are refused, and nothing is written", async () => {
    await fall();
    const [event] = await eventsOf("invoice.payment_failed");
    if (!event) throw new Error("No payment failed.");
    await expect(handleEvent(billed.billing(), { ...event, livemode: true })).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    const live = { ...billed.billing(), livemode: true };
    await expect(handleEvent(live, { ...event, livemode: true })).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect(await world().look("SELECT FROM control.stripe_events WHERE id = $1", event.id)).toEqual([]);
  });

  it("about somebody else's subscription are left alone, and looked at again when they come again", async () => {
    await fall();
    const [event] = await eventsOf("customer.subscription.updated");
    if (!event) throw new Error("Nothing was updated.");
    // As long as whoever made the subscription hasn't written it down.
    const { subscription, accountId } = tenant;
    await world().look("UPDATE control.subscriptions SET stripe_id = NULL, livemode = NULL WHERE account_id = $1", accountId);
    const before = billed.running.control.requests().length;
    expect(await handleEvent(billed.billing(), event)).toMatchObject({ outcome: "unknown" });
    expect(billed.running.control.requests().length).toBe(before);
    await world().look(
      "UPDATE control.subscriptions SET stripe_id = $2, livemode = false WHERE account_id = $1",
      accountId,
      subscription,
    );
    expect(await handleEvent(billed.billing(), event)).toMatchObject({ outcome: "changed" });
    expect(await handleEvent(billed.billing(), event)).toMatchObject({ outcome: "duplicate" });
    expect((await differences(billed)).filter((each) => each.startsWith(tenant.slug))).toEqual([]);
  });

  it.skipIf(kind === "embedded")(
    // There all statements share one session: two at once are one after the other.
    "are handled once by two pulls at the same time",
    async () => {
      await pull();
      await fall();
      const results = await Promise.all([pull(), pull(), pull()]);
      const count = (outcome: "changed" | "unchanged") => results.reduce((sum, { outcomes }) => sum + outcomes[outcome], 0);
      const [events] = await world().look<{ count: number }>(
        "SELECT count(*)::int AS count FROM control.stripe_events WHERE outcome IN ('changed', 'unchanged')",
      );
      const before = (await world().look("SELECT FROM control.admin_audit_log WHERE action = 'subscriptions.update'")).length;
      expect(count("changed")).toBeGreaterThan(0);
      expect(before).toBeGreaterThan(0);
      expect(events?.count).toBeGreaterThanOrEqual(count("changed") + count("unchanged"));
      expect(await differences(billed)).toEqual([]);
    },
  );
});
