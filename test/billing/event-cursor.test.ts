import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { pullEvents } from "../../src/billing/events/pull-events.js";
import { syncBilling } from "../../src/billing/sync/sync-billing.js";
import { describeOnBothEngines } from "../support/world.js";
import { Billed, type BilledTenant, fresh } from "./billed.js";
import { differences } from "./differences.js";

/** Where a pull goes on from: never past what isn't done, and with a word about what can't be had any more. */

describeOnBothEngines("the cursor", (world) => {
  let billed: Billed;
  let tenant: BilledTenant;
  beforeAll(async () => {
    billed = await Billed.open(world());
  });
  beforeEach(async () => {
    tenant = await billed.add(fresh());
    await pull();
  });
  afterAll(() => billed.close());

  const pull = () => pullEvents(billed.billing(), { dryRun: false });
  const cursor = async () => {
    const [row] = await world().look<{ event_id: string; head_id: string; read_at: Date; missed_since: Date | null }>(
      "SELECT * FROM control.stripe_event_cursor",
    );
    return row;
  };
  /** The database's own stamps, so much earlier. */
  const wait = (span: string) =>
    world().look(
      "UPDATE control.stripe_event_cursor SET head_at = head_at - $1::interval, read_at = read_at - $1::interval",
      span,
    );
  const listed = (from: number) =>
    billed.running.control
      .requests()
      .slice(from)
      .filter(({ path }) => path === "/v1/events");

  it("follows ten minutes behind, and then asks for no more than what is new", async () => {
    for (let round = 0; round < 3; round += 1) {
      await wait("11 minutes");
      await pull();
    }
    const before = await cursor();
    expect(before?.event_id).toMatch(/^evt_/);
    await billed.api.subscriptions.update(tenant.subscription, { cancel_at_period_end: true });
    const from = billed.running.control.requests().length;
    const { outcomes } = await pull();
    expect(listed(from)).toHaveLength(1);
    expect(outcomes.duplicate).toBe(0);
    expect(await cursor()).toMatchObject({ event_id: before?.event_id });
    expect(await differences(billed)).toEqual([]);
  });

  it("meets an event again that comes into the list late, behind the newest", async () => {
    await billed.fallBehind(tenant);
    // Handled all but one, as if the list hadn't had it yet.
    await pull();
    const [late] = await world().look<{ id: string }>(
      "SELECT id FROM control.stripe_events WHERE object_id = $1 AND outcome = 'changed' ORDER BY received_at DESC LIMIT 1",
      tenant.subscription,
    );
    await world().look("DELETE FROM control.stripe_events WHERE id = $1", late?.id);
    await world().look(
      "UPDATE control.subscriptions SET status = 'active', past_due_since = NULL WHERE stripe_id = $1",
      tenant.subscription,
    );
    await wait("9 minutes");
    await pull();
    expect(await differences(billed)).toEqual([]);
  });

  it("says since when events may be lost, until everything was compared", async () => {
    await wait("31 days");
    const { missedSince } = await pull();
    expect(missedSince?.getTime()).toBeLessThan(Date.now() - 30 * 86_400_000);
    expect((await pull()).missedSince).toEqual(missedSince);
    expect((await syncBilling(billed.billing(), { fix: [] })).drift).toEqual([]);
    expect((await pull()).missedSince).toBeNull();
  });

  it("begins at the oldest event when its own is forgotten, and nothing is missed that way", async () => {
    for (let round = 0; round < 3; round += 1) {
      await wait("11 minutes");
      await pull();
    }
    // Nothing happened for longer than Stripe remembers, and it was looked at all the time.
    billed.forgetEvents();
    await billed.fallBehind(tenant);
    const { missedSince, outcomes } = await pull();
    expect({ missedSince, changed: outcomes.changed > 0 }).toEqual({ missedSince: null, changed: true });
    expect(await differences(billed)).toEqual([]);
  });

  it("stays before an event that can't be handled, and the others are handled all the same", async () => {
    const other = await billed.add(fresh());
    const { subscription } = tenant;
    await world().look(
      `ALTER TABLE control.subscriptions ADD CONSTRAINT never CHECK (stripe_id <> '${subscription}' OR status <> 'past_due') NOT VALID`,
    );
    await billed.setCard(other, false);
    await billed.fallBehind(tenant);
    const first = await pull();
    expect(first.failed[0]?.message).toContain("never");
    expect((await differences(billed)).filter((each) => !each.startsWith(tenant.slug))).toEqual([]);
    for (let round = 0; round < 3; round += 1) {
      await wait("11 minutes");
      expect((await pull()).failed).toEqual(first.failed);
    }
    await world().look("ALTER TABLE control.subscriptions DROP CONSTRAINT never");
    expect((await pull()).failed).toEqual([]);
    expect(await differences(billed)).toEqual([]);
  });
});
