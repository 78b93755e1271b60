import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Billing } from "../../src/billing/connection.js";
import { claimStep } from "../../src/billing/step.js";
import type { DriftClass } from "../../src/billing/sync/drift.js";
import { syncBilling } from "../../src/billing/sync/sync-billing.js";
import { changePlan } from "../../src/control-plane/change-plan.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { describeOnBothEngines } from "../support/world.js";
import { connected, newTenant, objectsOf, settled } from "./billed-world.js";

/** Each way to disagree is made on purpose, seen, and put right; what is nobody's drift is left alone. */

describeOnBothEngines("billing:sync", (world) => {
  let running: RunningStripe;
  let billing: Billing;
  let stripe: Stripe;
  beforeAll(async () => {
    running = await startStripe();
    billing = await connected(world(), running);
    stripe = new Stripe(running.key, { host: running.host, port: running.port, protocol: "http" });
  });
  beforeEach(async () => {
    expect(await report()).toEqual([]);
  });
  afterAll(async () => {
    expect(running.control.violations()).toEqual([]);
    await running.close();
  });

  const report = async () => (await syncBilling(billing, { fix: [] })).drift;
  const fix = (...classes: DriftClass[]) => syncBilling(billing, { fix: classes });
  const subscriptionOf = async (id: string) =>
    (await objectsOf(running, id)).subscriptions.find(({ status }) => status !== "canceled");
  async function billed(plan = "team"): Promise<{ id: string; subscription: Stripe.Subscription }> {
    const id = await newTenant(billing, plan);
    await settled(billing);
    const subscription = await subscriptionOf(id);
    if (!subscription) throw new Error("No subscription was made.");
    return { id, subscription };
  }

  it("missing: a subscription that was canceled and a customer that was deleted behind its back", async () => {
    const { id, subscription } = await billed();
    await stripe.customers.del(subscription.customer as string);
    const classes = (await report()).map((each) => each.class).sort();
    expect(classes).toEqual(["missing", "other-status"]);
    expect(await fix("missing", "other-status")).toMatchObject({ drift: [], fixed: { missing: 1, "other-status": 1 } });
    const { customers } = await objectsOf(running, id);
    expect(customers).toHaveLength(1);
    expect((await subscriptionOf(id))?.customer).toBe(customers[0]?.id);
  });

  it("missing: a tenant that Stripe was never asked to bill", async () => {
    const { id } = await billed();
    await world().look("UPDATE control.subscriptions SET stripe_id = NULL, livemode = NULL WHERE account_id = $1", id);
    const drift = await report();
    expect(drift.map((each) => [each.class, each.accountId])).toEqual([
      ["missing", id],
      ["orphaned", id],
    ]);
    expect(await fix("missing", "orphaned")).toMatchObject({ drift: [], fixed: { missing: 1, orphaned: 1 } });
    expect((await objectsOf(running, id)).subscriptions.map(({ status }) => status).sort()).toEqual(["active", "canceled"]);
  });

  it("orphaned: a second customer and a second subscription, as a crash without keys would leave them", async () => {
    const { id, subscription } = await billed();
    const { metadata } = subscription;
    const twin = await stripe.customers.create({ email: "twin@acme.test", metadata });
    const price = subscription.items.data[0]?.price.id ?? "";
    const second = await stripe.subscriptions.create({
      customer: subscription.customer as string,
      items: [{ price }],
      collection_method: "send_invoice",
      days_until_due: 14,
      metadata,
    });
    expect((await report()).map((each) => [each.class, each.object])).toEqual([
      ["orphaned", twin.id],
      ["orphaned", second.id],
    ]);
    expect(await fix("orphaned")).toMatchObject({ drift: [], fixed: { orphaned: 2 } });
    expect((await stripe.subscriptions.retrieve(second.id)).status).toBe("canceled");
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
    expect(await stripe.customers.retrieve(twin.id)).toMatchObject({ deleted: true });
    expect((await objectsOf(running, id)).customers).toHaveLength(1);
  });

  it("other-plan and price-changed: what was changed in Stripe's dashboard", async () => {
    const { subscription } = await billed("team");
    const item = subscription.items.data[0];
    const [enterprise] = (await stripe.prices.list({ lookup_keys: ["azora_plan_enterprise"] })).data;
    await stripe.subscriptions.update(subscription.id, { items: [{ id: item?.id ?? "", price: enterprise?.id ?? "" }] });
    expect((await report()).map((each) => each.class)).toEqual(["other-plan"]);
    expect(await fix("other-plan")).toMatchObject({ drift: [], fixed: { "other-plan": 1 } });
    const dearer = await stripe.prices.create({
      product: item?.price.product as string,
      currency: "eur",
      unit_amount: 77700,
      recurring: { interval: "month" },
    });
    await stripe.subscriptions.update(subscription.id, { items: [{ id: item?.id ?? "", price: dearer.id }] });
    expect((await report()).map((each) => each.class)).toEqual(["price-changed"]);
    expect(await fix("price-changed")).toMatchObject({ drift: [], fixed: { "price-changed": 1 } });
    expect((await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.price.id).toBe(item?.price.id);
  });

  it("price-changed: a plan whose lookup key was given to another price", async () => {
    const [price] = (await stripe.prices.list({ lookup_keys: ["azora_plan_free"] })).data;
    await stripe.prices.create({
      product: price?.product as string,
      currency: "eur",
      unit_amount: 1,
      recurring: { interval: "month" },
      lookup_key: "azora_plan_free",
      transfer_lookup_key: true,
    });
    expect(await report()).toMatchObject([{ class: "price-changed", object: "free", accountId: null }]);
    expect(await fix("price-changed")).toMatchObject({ drift: [], fixed: { "price-changed": 1 } });
  });

  it("other-status: what Stripe decided, and the database hasn't heard", async () => {
    const { id, subscription } = await billed();
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true, pause_collection: { behavior: "void" } });
    expect(await report()).toMatchObject([{ class: "other-status", accountId: id, atStripe: expect.stringContaining("paused") }]);
    expect(await fix("other-status")).toMatchObject({ drift: [], fixed: { "other-status": 1 } });
    const [row] = await world().look("SELECT paused_at, cancel_at FROM control.subscriptions WHERE account_id = $1", id);
    expect(row).toMatchObject({ paused_at: expect.any(Date), cancel_at: expect.any(Date) });
  });

  it("purged-billed: a tenant that is gone and goes on paying", async () => {
    const { id, subscription } = await billed();
    await purgeTenant(world().control, { tenant: id, reason: null, now: true });
    expect(await report()).toMatchObject([{ class: "purged-billed", accountId: id, slug: null, object: subscription.id }]);
    expect(await fix("purged-billed")).toMatchObject({ drift: [], fixed: { "purged-billed": 1 } });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("canceled");
  });

  it("refused: a step that Stripe has said no to", async () => {
    const { id } = await billed();
    await world().look("UPDATE control.plans SET stripe_price_id = 'price_none' WHERE code = 'enterprise'");
    await changePlan(world().control, { tenant: id, plan: "enterprise", dryRun: false });
    const { drift } = await fix("price-changed");
    expect(drift).toMatchObject([{ class: "refused", accountId: id, inDatabase: "subscription.change" }]);
    expect(await fix("refused")).toMatchObject({ drift: [], fixed: { refused: 1 } });
  });

  it("leaves alone what isn't this installation's, what is being made, and what nobody may touch any more", async () => {
    const metadata = { azora_account: world().a.id, azora_installation: crypto.randomUUID(), azora_step: "x-1-0" };
    const other = await stripe.customers.create({ email: "other@acme.test", metadata });
    await stripe.customers.create({ email: "by-hand@acme.test" });
    const id = await newTenant(billing);
    const step = await claimStep(billing, { worker: "slow", leaseSeconds: 60, accountId: id });
    const installation = step?.request.installation ?? "";
    // Made at Stripe a moment ago; the database hasn't been told yet.
    const made = await stripe.customers.create({
      email: "now@acme.test",
      metadata: { azora_account: id, azora_installation: installation },
    });
    const before = running.control.requests().length;
    expect(await fix("orphaned", "missing", "purged-billed")).toMatchObject({ drift: [], fixed: {} });
    const [refused] = await billing.control.client.$queryRaw<{ repaired: boolean }[]>`
      SELECT control.repair_billing(false, ${id}::uuid, 'stray', ${made.id}) AS repaired`;
    expect(refused?.repaired).toBe(false);
    expect(
      running.control
        .requests()
        .slice(before)
        .filter(({ method }) => method !== "GET"),
    ).toEqual([]);
    expect(await stripe.customers.retrieve(other.id)).toMatchObject({ id: other.id });
    await stripe.customers.del(made.id);
    await world().look("UPDATE control.billing_steps SET leased_by = NULL, lease_until = NULL WHERE account_id = $1", id);
    await settled(billing);
  });

  it("takes a subscription that was canceled before it was made for meant so", async () => {
    const id = await newTenant(billing);
    await billing.control.client.$queryRaw`SELECT control.set_billing(${id}::uuid, 'cancel')`;
    expect(await fix("missing")).toMatchObject({ drift: [], fixed: {} });
  });

  it("is refused to support, and to a key of the other mode", async () => {
    await expect(syncBilling({ ...billing, livemode: true }, { fix: [] })).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    const support = await world().as("support");
    await expect(syncBilling({ ...billing, control: support }, { fix: [] })).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    billing = { ...billing, control: await world().as("billing") };
    expect(await report()).toEqual([]);
    billing = { ...billing, control: await world().as("vendor-admin") };
  });
});
