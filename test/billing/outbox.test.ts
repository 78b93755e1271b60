import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Billing } from "../../src/billing/connection.js";
import { recordUsage } from "../../src/billing/report-usage.js";
import { runOutbox } from "../../src/billing/run-outbox.js";
import { claimStep } from "../../src/billing/step.js";
import { changePlan } from "../../src/control-plane/change-plan.js";
import { createPlan, updatePlan } from "../../src/control-plane/change-plans.js";
import { updateTenant } from "../../src/control-plane/update-tenant.js";
import type { FaultKind } from "../stripe/control/faults.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { describeOnBothEngines } from "../support/world.js";
import { atStripe, billingOf, connected, newTenant, objectsOf, settled } from "./billed-world.js";

/** What the database has written down is done at Stripe: once, in order, and whole again after whatever went wrong. */

describeOnBothEngines("the outbox", (world) => {
  let running: RunningStripe;
  let billing: Billing;
  beforeAll(async () => {
    running = await startStripe();
    billing = await connected(world(), running);
  });
  beforeEach(() => running.control.clearFaults());
  afterAll(async () => {
    expect(running.control.violations()).toEqual([]);
    await running.close();
  });

  const mode = (accountId: string, wanted: string) =>
    world().control.client.$queryRaw`SELECT control.set_billing(${accountId}::uuid, ${wanted})`;
  const mirrored = (accountId: string) =>
    world().control.client.subscription.findUniqueOrThrow({ where: { accountId }, include: { plan: true } });
  const writes = () => running.control.requests().filter(({ method }) => method !== "GET").length;

  it("brings plans and tenants that were there before, each once", async () => {
    const { customers, subscriptions } = await objectsOf(running, world().a.id);
    expect(customers).toMatchObject([{ name: "alpha labs", email: "owner@alpha.test", description: "Tenant alpha" }]);
    expect(subscriptions).toMatchObject([
      { status: "active", customer: customers[0]?.id, collection_method: "send_invoice", days_until_due: 14 },
    ]);
    const { plan, ...subscription } = await mirrored(world().a.id);
    expect(subscription).toMatchObject({
      stripeId: subscriptions[0]?.id,
      status: "active",
      livemode: false,
      stripePriceId: plan.stripePriceId,
    });
    const before = writes();
    expect(await runOutbox(billing)).toMatchObject({ done: 0, failed: 0, waiting: 0, stopped: null });
    expect(writes()).toBe(before);
  });

  it("makes customer and subscription with a tenant, and nothing with one that was rolled back", async () => {
    const id = await newTenant(billing);
    expect(await runOutbox(billing)).toMatchObject({ done: 2, failed: 0, waiting: 0 });
    const { customers, subscriptions } = await objectsOf(running, id);
    expect([customers.length, subscriptions.length]).toEqual([1, 1]);
    const steps = await world().look(
      "SELECT kind, state, attempts, created_by FROM control.billing_steps WHERE account_id = $1 ORDER BY id",
      id,
    );
    expect(steps).toMatchObject([
      { kind: "customer.create", state: "done", attempts: 1, created_by: "azora_test_admin" },
      { kind: "subscription.create", state: "done", attempts: 1 },
    ]);
    const count = async () =>
      Number((await world().look<{ n: string }>("SELECT count(*) AS n FROM control.billing_steps"))[0]?.n);
    const before = await count();
    await expect(newTenant(billing, "no-such-plan")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await count()).toBe(before);
  });

  it("follows a tenant through its life", async () => {
    const id = await newTenant(billing, "team");
    await settled(billing);
    await changePlan(billing.control, { tenant: id, plan: "enterprise", dryRun: false });
    await mode(id, "pause");
    await settled(billing);
    const [paused] = (await objectsOf(running, id)).subscriptions;
    expect(paused).toMatchObject({
      pause_collection: { behavior: "void" },
      items: { data: [{ price: { unit_amount: 99000 } }] },
    });
    expect((await mirrored(id)).pausedAt).not.toBeNull();
    await mode(id, "pause");
    await mode(id, "resume");
    await mode(id, "cancel");
    expect(await settled(billing)).toMatchObject({ failed: 0 });
    expect((await objectsOf(running, id)).subscriptions).toMatchObject([{ id: paused?.id, status: "canceled" }]);
    expect(await mirrored(id)).toMatchObject({ status: "canceled", stripeId: paused?.id });
    await mode(id, "resume");
    await updateTenant(billing.control, { tenant: id, name: "Renamed", dryRun: false });
    await settled(billing);
    const { customers, subscriptions } = await objectsOf(running, id);
    expect(customers).toMatchObject([{ name: "Renamed" }]);
    expect(subscriptions.map(({ status }) => status).sort()).toEqual(["active", "canceled"]);
  });

  it("drops what wasn't begun when it is canceled before", async () => {
    const id = await newTenant(billing);
    await mode(id, "cancel");
    await settled(billing);
    expect(await objectsOf(running, id)).toEqual({ customers: [], subscriptions: [] });
    const states = await world().look("SELECT DISTINCT state FROM control.billing_steps WHERE account_id = $1", id);
    expect(states).toEqual([{ state: "dropped" }]);
  });

  it("tells usage once under one word, and refuses the word other values", async () => {
    const tell = (value: number) =>
      recordUsage(billing, { tenant: "alpha", meter: "documents", value, at: new Date(), id: "day-1", dryRun: false });
    const at = new Date();
    const told = { tenant: "alpha", meter: "documents", value: 7, at, id: "day-1", dryRun: false };
    expect(await recordUsage(billing, told)).toMatchObject({ changed: true, accountId: world().a.id });
    expect(await recordUsage(billing, told)).toMatchObject({ changed: false });
    await expect(tell(8)).rejects.toMatchObject({ code: "CONFLICT", hint: "Another --id tells more usage." });
    // There is no such meter: said, and held back until there is one.
    expect(await runOutbox(billing)).toMatchObject({ failed: 1, waiting: 1 });
    const stripe = new Stripe(running.key, { host: running.host, port: running.port, protocol: "http" });
    await stripe.billing.meters.create({
      display_name: "Documents",
      event_name: "documents",
      default_aggregation: { formula: "sum" },
    });
    running.control.fault({ kind: "drop_after", path: "/v1/billing/meter_events", times: 3 });
    await billing.control.client.$queryRaw`SELECT control.retry_billing_steps()`;
    expect(await runOutbox(billing)).toMatchObject({ done: 0, waiting: 1 });
    expect(await settled(billing)).toMatchObject({ failed: 0 });
    expect(await recordUsage(billing, told)).toMatchObject({ changed: false });
  });

  it("is shared by two runs: no step is done twice", async () => {
    for (let n = 0; n < 6; n += 1) await newTenant(billing);
    const start = running.control.requests().length;
    const runs = await Promise.all([runOutbox(billing), runOutbox(billingOf(world(), running))]);
    expect(runs.reduce((sum, { done }) => sum + done, 0)).toBe(12);
    const posts = running.control
      .requests()
      .slice(start)
      .filter(({ method }) => method === "POST");
    expect(posts).toHaveLength(12);
    expect(posts.some(({ replayed }) => replayed)).toBe(false);
  });

  it("leaves a step to its holder until the lease is over, and refuses the old holder then", async () => {
    const id = await newTenant(billing);
    const first = await claimStep(billing, { worker: "first", leaseSeconds: 1, accountId: id });
    expect(await claimStep(billing, { worker: "second", leaseSeconds: 60, accountId: id })).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const second = await claimStep(billing, { worker: "second", leaseSeconds: 0, accountId: id });
    expect(second).toMatchObject({ id: first?.id, attempts: 2, idempotencyKey: first?.idempotencyKey });
    const late = world().control.client
      .$queryRaw`SELECT FROM control.finish_billing_step(${first?.id}::bigint, 'first', '{}'::jsonb)`;
    await expect(late).rejects.toThrow(/taken over/);
    await settled(billing);
  });

  it("holds back what comes after a step that was refused, and goes on when it is tried again", async () => {
    const id = await newTenant(billing, "team");
    await settled(billing);
    // A plan whose price was archived behind azora's back: Stripe takes no new subscriber to it.
    await createPlan(billing.control, {
      code: "gone",
      name: "Gone",
      amount: 500,
      currency: "EUR",
      interval: "month",
      trialDays: 0,
      dryRun: false,
    });
    await settled(billing);
    await world().look("UPDATE control.plans SET stripe_price_id = 'price_none' WHERE code = 'gone'");
    await changePlan(billing.control, { tenant: id, plan: "gone", dryRun: false });
    await mode(id, "pause");
    const result = await runOutbox(billing);
    expect(result).toMatchObject({ done: 0, failed: 1, waiting: 2, stopped: null });
    expect(result.steps[0]?.message).toMatch(/No such price.* Nothing was changed at Stripe and no money moved\./);
    expect(await runOutbox(billing)).toMatchObject({ done: 0, failed: 0, waiting: 2 });
    await updatePlan(billing.control, { code: "gone", amount: 600, dryRun: false });
    expect(await settled(billing)).toMatchObject({ failed: 0 });
    expect((await objectsOf(running, id)).subscriptions).toMatchObject([
      { pause_collection: { behavior: "void" }, items: { data: [{ price: { unit_amount: 600 } }] } },
    ]);
    const lines = await world().look(
      "SELECT action, outcome FROM control.admin_audit_log WHERE account_id = $1 AND action LIKE 'billing.%' ORDER BY id DESC LIMIT 3",
      id,
    );
    expect(lines).toEqual([
      { action: "billing.subscription.pause", outcome: "done" },
      { action: "billing.subscription.change", outcome: "done" },
      { action: "billing.subscription.change", outcome: "failed" },
    ]);
  });

  it("is refused a key of the other mode, by the database", async () => {
    const live = { ...billing, livemode: true };
    await newTenant(billing);
    await expect(runOutbox(live)).rejects.toMatchObject({ code: "NOT_PERMITTED", message: expect.stringContaining("test mode") });
    await settled(billing);
    // Not by a function alone: nothing can stand beside what is billed in the other mode.
    await expect(world().look("UPDATE control.plans SET livemode = true WHERE code = 'team'")).rejects.toMatchObject({
      code: "23503",
    });
    await expect(world().look("UPDATE control.stripe_connection SET livemode = true")).rejects.toMatchObject({ code: "23503" });
  });

  describe("when Stripe fails", () => {
    const kinds: FaultKind[] = ["error", "error_after", "drop", "drop_after", "hang_after", "rate_limit"];
    it.each(kinds)("%s at each request in turn: one customer, one subscription, one cancellation", async (kind) => {
      const trouble = (path: string) =>
        running.control.fault({
          kind,
          path,
          times: kind === "rate_limit" ? 200 : 3,
          ...(kind === "rate_limit" && { retryAfter: 30 }),
        });
      const id = await newTenant(billing, "team");
      for (const path of ["/v1/customers", "/v1/subscriptions"]) {
        trouble(path);
        const result = await runOutbox(billing, { leaseSeconds: 5 });
        expect(result.steps.at(-1)).toMatchObject({ outcome: "later" });
        expect(result.steps.at(-1)?.message).toMatch(/money moved|not known yet/);
        running.control.clearFaults();
        await world().control.client.$queryRaw`SELECT control.retry_billing_steps(${id}::uuid)`;
      }
      await settled(billing);
      await mode(id, "cancel");
      trouble("/v1/subscriptions");
      await runOutbox(billing, { leaseSeconds: 5 });
      running.control.clearFaults();
      await settled(billing);
      const { customers, subscriptions } = await objectsOf(running, id);
      expect(customers).toHaveLength(1);
      expect(subscriptions).toMatchObject([{ status: "canceled" }]);
      const canceled = await atStripe<{ data: { data: { object: { id: string } } }[] }>(
        running,
        "/v1/events?type=customer.subscription.deleted&limit=100",
      );
      expect(canceled.data.filter(({ data }) => data.object.id === subscriptions[0]?.id)).toHaveLength(1);
    });
  });
});
