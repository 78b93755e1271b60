import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { Azora } from "./azora.js";

/** Billing as an operator meets it: the built command line, a database server, and the counterpart. */

describe("billing", () => {
  const azora = new Azora();
  let world: World;
  let running: RunningStripe;
  let stripe: Stripe;
  let control: Record<string, string>;
  let env: Record<string, string>;
  beforeAll(async () => {
    world = await World.open("server");
    running = await startStripe();
    stripe = new Stripe(running.key, { host: running.host, port: running.port, protocol: "http" });
    const { serverUrl, password, signingKey } = world.prepared;
    control = {
      AZORA_CONTROL_URL: urlsOf(serverUrl, world.place, password, OPERATORS["vendor-admin"]).control,
      AZORA_SIGNING_KEY: `${signingKey.id}:${signingKey.privateKey}`,
    };
    const keyFile = join(azora.home, "stripe.key");
    writeFileSync(keyFile, `${running.key}\n`, { mode: 0o600 });
    env = { ...control, STRIPE_API_KEY_FILE: keyFile, STRIPE_API_BASE: running.url };
  });
  afterAll(async () => {
    expect(running.control.violations()).toEqual([]);
    await azora.remove();
    await running.close();
    await world.close();
  });

  const run = async (words: string, more: Record<string, string> = {}) => {
    const answer = await azora.json(words.split(" "), { ...env, ...more });
    expect(answer.stdout + answer.stderr).not.toContain(running.key);
    return answer;
  };
  const result = async (words: string) => {
    const { exit, document, stdout } = await run(words);
    expect({ words, exit, stdout }).toMatchObject({ exit: 0 });
    return document.result;
  };
  const create = (slug: string, plan: string) =>
    `tenant:create ${slug} --slug ${slug} --owner-email owner@${slug}.test --plan ${plan}`;

  it("is nobody's need: without a key all else works, and billing says what is missing", async () => {
    const made = await azora.json(create("before", "free").split(" "), control);
    expect(made).toMatchObject({ exit: 0, document: { result: { created: true, billing: { state: "none" } } } });
    for (const words of [
      "billing:show before",
      "billing:sync",
      "billing:run",
      "billing:connect --yes",
      "billing:invoices before",
    ]) {
      const { exit, document } = await azora.json(words.split(" "), control);
      expect({ words, exit, error: document.error }).toMatchObject({
        exit: 4,
        error: {
          code: "BILLING_NOT_CONFIGURED",
          message: expect.stringContaining("no money moved"),
          hint: expect.stringContaining("STRIPE_API_KEY"),
        },
      });
    }
    const unconnected = await run("billing:show before");
    expect(unconnected).toMatchObject({ exit: 4, document: { error: { hint: "`azora billing:connect` connects it." } } });
  });

  it("is connected once, with a yes, and brings what is there", async () => {
    expect((await run("billing:connect")).exit).toBe(6);
    expect(await result("billing:connect --dry-run")).toMatchObject({ changed: true, dryRun: true, livemode: false });
    expect(await result("billing:connect --yes")).toMatchObject({ changed: true, waiting: 9 });
    expect(await result("billing:connect --yes")).toMatchObject({ changed: false });
    expect(await result("billing:run")).toMatchObject({ done: 9, failed: 0, waiting: 0 });
    expect(await result("billing:sync")).toEqual({ drift: [], fixed: {}, waiting: 0 });
  });

  it("refuses a live key where tests are billed, and says of a live key that it is one", async () => {
    const live = await startStripe({ key: `sk_live_${"x".repeat(24)}` });
    const key = { STRIPE_API_KEY: live.key, STRIPE_API_BASE: live.url };
    for (const words of ["billing:run", "billing:sync", "billing:show before", "billing:connect --yes"]) {
      const answer = await azora.json(words.split(" "), { ...control, ...key });
      expect({ words, ...answer }).toMatchObject({ exit: 4, document: { error: { code: "NOT_PERMITTED" } } });
      if (words !== "billing:show before" && words !== "billing:sync") expect(answer.stderr).toContain("real money");
    }
    expect(live.control.requests().filter(({ method }) => method !== "GET")).toEqual([]);
    await live.close();
  });

  it("makes and changes plans, there and at Stripe", async () => {
    expect((await run("plan:create pro --name Pro --amount 490.00 --currency EUR")).exit).toBe(2);
    expect(await result("plan:create pro --name Pro --amount 49000 --currency eur")).toMatchObject({
      plan: { code: "pro", amount: 49000, currency: "EUR" },
      billing: { state: "done" },
    });
    const [price] = (await stripe.prices.list({ lookup_keys: ["azora_plan_pro"] })).data;
    expect(price).toMatchObject({ unit_amount: 49000, currency: "eur", active: true });
    expect((await run("plan:create pro --name Pro --amount 1 --currency EUR")).exit).toBe(5);
    expect(await result("plan:update pro --amount 52000")).toMatchObject({ changed: true, billing: { state: "done" } });
    const [dearer] = (await stripe.prices.list({ lookup_keys: ["azora_plan_pro"] })).data;
    expect(dearer).toMatchObject({ unit_amount: 52000, product: price?.product });
    expect(dearer?.id).not.toBe(price?.id);
    await result("plan:create old --name Old --amount 1 --currency EUR");
    expect(await result("plan:archive old")).toMatchObject({ changed: true });
    expect((await result("plan:list")).plans.map(({ code }: { code: string }) => code)).toEqual([
      "free",
      "team",
      "pro",
      "enterprise",
    ]);
    expect((await run(create("late", "old"))).exit).toBe(3);
  });

  it("bills a tenant from its first day, and shows what", async () => {
    expect(await result(create("acme", "free"))).toMatchObject({ created: true, billing: { state: "done" } });
    const shown = await result("billing:show acme");
    expect(shown).toMatchObject({
      slug: "acme",
      plan: "free",
      status: "active",
      livemode: false,
      paymentMethod: null,
      waiting: 0,
    });
    expect(shown.portal).toMatch(/^https:/);
    await stripe.customers.update(shown.customer, {
      invoice_settings: {
        default_payment_method: (await stripe.paymentMethods.attach("pm_card_visa", { customer: shown.customer })).id,
      },
    });
    expect((await result("billing:show acme --no-portal")).paymentMethod).toMatch(/^visa 4242, /);
    expect((await result("billing:portal acme")).url).toMatch(/^https:/);
    expect((await result("billing:invoices acme")).invoices).toMatchObject([{ status: "paid", total: 0, currency: "eur" }]);
  });

  it("changes a plan for exactly what it has shown", async () => {
    expect((await run("billing:change acme --plan enterprise")).exit).toBe(6);
    const dry = await result("billing:change acme --plan team --dry-run");
    expect(dry).toMatchObject({ changed: true, dryRun: true, preview: { from: "free", to: "team" } });
    await result("billing:change acme --plan team --yes");
    const { preview } = await result("billing:change acme --plan enterprise --yes");
    expect(preview).toMatchObject({ from: "team", to: "enterprise", prorated: { currency: "eur" } });
    const { subscription, customer } = await result("billing:show acme --no-portal");
    const items = (await stripe.invoiceItems.list({ customer, pending: true, limit: 100 })).data;
    const billed = items.filter(({ period }) => period.start === preview.prorationDate);
    expect(billed.length).toBeGreaterThanOrEqual(2);
    const due = (await stripe.invoices.createPreview({ subscription })).amount_due;
    expect(due).toBe(preview.next.amount);
    expect(await run("billing:change acme --plan none --dry-run")).toMatchObject({ exit: 3 });
    expect(await result("billing:change acme --collection invoice --yes")).toMatchObject({ changed: true });
    expect((await stripe.subscriptions.retrieve(subscription)).collection_method).toBe("send_invoice");
    expect(await result("billing:change acme --collection invoice --yes")).toMatchObject({ changed: false });
  });

  it("counts usage once, however often it is told", async () => {
    const meter = await stripe.billing.meters.create({
      display_name: "Documents",
      event_name: "documents",
      default_aggregation: { formula: "sum" },
    });
    const now = new Date().toISOString().slice(0, 19);
    const told = `billing:usage acme --meter documents --value 120 --at ${now}Z --id day-1`;
    expect(await result(told)).toMatchObject({ changed: true, billing: { state: "done" } });
    expect(await result(told)).toMatchObject({ changed: false });
    expect(await run(told.replace("120", "121"))).toMatchObject({ exit: 5 });
    const { customer } = await result("billing:show acme --no-portal");
    const minute = Math.floor(Date.now() / 60_000) * 60;
    const span = { customer, start_time: minute - 600, end_time: minute + 600 };
    expect((await stripe.billing.meters.listEventSummaries(meter.id, span)).data).toMatchObject([{ aggregated_value: 120 }]);
  });

  it("finds drift with exit code 9, and puts right what it is told to", async () => {
    const { subscription } = await result("billing:show acme --no-portal");
    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    const found = await run("billing:sync");
    expect(found).toMatchObject({
      exit: 9,
      document: { ok: false, result: { drift: [{ class: "other-status", slug: "acme" }] } },
    });
    expect((await run("billing:sync --fix missing")).exit).toBe(9);
    expect(await result("billing:sync --fix other-status")).toMatchObject({ drift: [], fixed: { "other-status": 1 } });
    await stripe.subscriptions.update(subscription, { cancel_at_period_end: false });
    await result("billing:sync --fix other-status");
  });

  it("suspends, resumes and purges with the billing mode that it is given", async () => {
    const { subscription } = await result("billing:show acme --no-portal");
    const at = () => stripe.subscriptions.retrieve(subscription);
    expect(await result("tenant:suspend acme --reason audit --yes")).toMatchObject({ billing: null });
    expect((await at()).pause_collection).toBeNull();
    expect(await result("tenant:suspend acme --reason audit --yes --billing pause")).toMatchObject({
      changed: true,
      billing: { state: "done" },
    });
    expect((await at()).pause_collection).toMatchObject({ behavior: "void" });
    expect(await result("tenant:resume acme")).toMatchObject({ changed: true, billing: { state: "done" } });
    expect((await at()).pause_collection).toBeNull();
    await result("tenant:suspend acme --reason left --yes");
    // Stripe can't be asked: the tenant goes, its receipt says what is still to be done, and the outbox knows it.
    running.control.fault({ kind: "drop", path: "/v1/subscriptions", times: 100 });
    const { purged, receipt } = await result("tenant:purge acme --confirm acme --reason left");
    expect({ purged, ...receipt }).toMatchObject({ purged: true, complete: false, pending: ["stripe"] });
    running.control.clearFaults();
    expect((await at()).status).toBe("active");
    await world.look("UPDATE control.billing_steps SET next_attempt_at = clock_timestamp() WHERE state = 'pending'");
    expect(await result(`receipt:complete ${receipt.sequence} --yes`)).toMatchObject({
      completed: ["stripe"],
      receipt: { complete: true },
    });
    expect((await at()).status).toBe("canceled");
    expect(await result("billing:sync")).toMatchObject({ drift: [] });
  });

  it("deletes the customer with the setting, and leaves a tenant's billing to a person who says so", async () => {
    await world.look(`INSERT INTO control.settings (key, value) VALUES ('billing.customer_after_purge', '"delete"')`);
    await result(create("gone", "team"));
    const { customer } = await result("billing:show gone --no-portal");
    expect(await result("tenant:purge gone --now --confirm gone")).toMatchObject({
      receipt: { complete: true, outsideStores: [{ name: "stripe", state: "done", reference: customer }] },
    });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ deleted: true });
    await result(create("kept", "team"));
    const kept = await result("billing:show kept --no-portal");
    const { receipt } = await result("tenant:purge kept --now --confirm kept --billing keep");
    expect(receipt).toMatchObject({ pending: ["stripe"] });
    expect((await stripe.subscriptions.retrieve(kept.subscription)).status).toBe("active");
    expect(await run("billing:sync")).toMatchObject({ exit: 9, document: { result: { drift: [{ class: "purged-billed" }] } } });
    expect(await result(`receipt:complete ${receipt.sequence} --yes`)).toMatchObject({ receipt: { complete: true } });
    expect((await stripe.subscriptions.retrieve(kept.subscription)).status).toBe("canceled");
    expect(await result("billing:sync")).toMatchObject({ drift: [] });
    await result(create("paused", "team"));
    const paused = await result("billing:show paused --no-portal");
    const left = await result("tenant:purge paused --now --confirm paused --billing pause");
    expect(left.receipt).toMatchObject({ pending: ["stripe"] });
    expect(await stripe.subscriptions.retrieve(paused.subscription)).toMatchObject({
      status: "active",
      pause_collection: { behavior: "void" },
    });
    expect(await result(`receipt:complete ${left.receipt.sequence} --yes`)).toMatchObject({ receipt: { complete: true } });
    expect((await stripe.subscriptions.retrieve(paused.subscription)).status).toBe("canceled");
  });

  it("keeps no name and no address of a tenant that is gone", async () => {
    const steps = (whose: string) =>
      world.look(`SELECT kind, request, result, last_error FROM control.billing_steps b WHERE b.account_id IS NOT NULL
        AND ${whose} EXISTS (SELECT FROM control.accounts a WHERE a.id = b.account_id)`);
    const gone = await steps("NOT");
    expect(gone.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["customer.create", "subscription.cancel", "customer.delete"]),
    );
    expect(JSON.stringify(gone)).not.toMatch(/@|acme|gone|kept/i);
    await result(create("stays", "team"));
    expect(JSON.stringify(await steps(""))).toMatch(/@.*stays|stays.*@/i);
  });

  it("makes a tenant though Stripe is down, and says that it waits", async () => {
    running.control.fault({ kind: "drop", times: 1000 });
    const made = await run(create("patient", "team"));
    expect(made).toMatchObject({ exit: 0, document: { result: { created: true, billing: { state: "waiting", waiting: 2 } } } });
    expect(made.document.result.billing.message).toMatch(/not known yet|no money moved/);
    expect(await run("billing:run patient --retry")).toMatchObject({ exit: 0 });
    running.control.clearFaults();
    expect(await result("billing:run patient --retry")).toMatchObject({ done: 2, waiting: 0 });
    expect(await result("billing:sync")).toMatchObject({ drift: [] });
  });
});
