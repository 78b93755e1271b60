import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Billing } from "../../src/billing/connection.js";
import { runOutbox } from "../../src/billing/run-outbox.js";
import { syncBilling } from "../../src/billing/sync/sync-billing.js";
import { changePlan } from "../../src/control-plane/change-plan.js";
import { RUN } from "../cli/azora.js";
import type { FaultKind, FaultRule } from "../stripe/control/faults.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { atStripe, connected, newTenant, objectsOf, settled } from "./billed-world.js";

/**
 * A seeded campaign: tenants are made, changed and canceled while Stripe fails at random, and the run that does it is killed
 * between any two requests. AZORA_BILLING_FAULTS says how many faults (1000 for the whole campaign), AZORA_BILLING_SEED which.
 * On a server only: the embedded database is in the process that is killed, which another suite kills.
 */

const FAULTS = Number(process.env.AZORA_BILLING_FAULTS ?? 12);
const SEED = Number(process.env.AZORA_BILLING_SEED ?? 20261123);
const KINDS: readonly FaultKind[] = ["error", "error_after", "drop", "drop_after", "rate_limit", "slow"];
/** Every so many faults one is a kill: a process takes its time to start. */
const KILL_EVERY = 4;

let state = SEED;
/** A whole number below `limit`, the same in each run of a seed (mulberry32). */
function below(limit: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
}

describe(`with ${FAULTS} random faults (seed ${SEED})`, () => {
  let world: World;
  let running: RunningStripe;
  let billing: Billing;
  const tenants: { readonly id: string; canceled: boolean }[] = [];
  let kills = 0;
  beforeAll(async () => {
    world = await World.open("server");
    running = await startStripe();
    billing = await connected(world, running);
  });
  afterAll(async () => {
    expect(running.control.violations()).toEqual([]);
    await running.close();
    await world.close();
  });

  /** Something for the outbox to do. */
  async function change(): Promise<void> {
    const going = tenants.filter(({ canceled }) => !canceled);
    const tenant = going[below(Math.max(1, going.length))];
    const what = below(4);
    if (!tenant || what === 0) tenants.push({ id: await newTenant(billing, "free"), canceled: false });
    else if (what === 1) await changePlan(billing.control, { tenant: tenant.id, plan: "team", dryRun: false });
    else if (what === 2) await changePlan(billing.control, { tenant: tenant.id, plan: "free", dryRun: false });
    else {
      tenant.canceled = true;
      await billing.control.client.$queryRaw`SELECT control.set_billing(${tenant.id}::uuid, 'cancel')`;
    }
  }

  const arm = () => {
    const rule: FaultRule = { kind: KINDS[below(KINDS.length)] ?? "drop", skip: below(4), times: 1 + below(4) };
    running.control.fault({
      ...rule,
      ...(rule.kind === "slow" && { delay: 1500 }),
      ...(rule.kind === "rate_limit" && { retryAfter: 1 }),
    });
  };

  /** The built command line, killed when it has got so many answers, or a moment later. */
  async function killedRun(answers: number, wait: number): Promise<boolean> {
    const { serverUrl, password } = world.prepared;
    const { control } = urlsOf(serverUrl, world.place, password, OPERATORS["vendor-admin"]);
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: "/nonexistent",
      AZORA_DATA_DIR: "/nonexistent",
      AZORA_CONTROL_URL: control,
    };
    const stripe = { STRIPE_API_KEY: running.key, STRIPE_API_BASE: running.url };
    const start = running.control.requests().length;
    const child: ChildProcess = spawn(process.execPath, [RUN, "billing:run", "--json"], {
      env: { ...env, ...stripe },
      stdio: "ignore",
    });
    const exit = once(child, "exit");
    while (child.exitCode === null && running.control.requests().length < start + answers) await setTimeout(2);
    await setTimeout(wait);
    const wasRunning = child.exitCode === null && child.kill("SIGKILL");
    await exit;
    return wasRunning;
  }

  /** As if the time of a lease had passed. */
  const expireLeases = () =>
    world.look(
      "UPDATE control.billing_steps SET lease_until = clock_timestamp() WHERE state = 'pending' AND leased_by IS NOT NULL",
    );

  it(
    "each tenant has one customer, one subscription, one cancellation, is charged once, and nothing drifts",
    async () => {
      for (let fault = 0; fault < FAULTS; fault += 1) {
        for (let n = 0; n <= below(3); n += 1) await change();
        if (fault % KILL_EVERY === 0) {
          await billing.control.client.$queryRaw`SELECT control.retry_billing_steps()`;
          if (await killedRun(1 + below(4), below(25))) kills += 1;
        } else {
          arm();
          await runOutbox(billing, { leaseSeconds: 5 });
        }
        await expireLeases();
        await billing.control.client.$queryRaw`SELECT control.retry_billing_steps()`;
      }
      running.control.clearFaults();
      await settled(billing);
      expect((await syncBilling(billing, { fix: [] })).drift).toEqual([]);
      const ended = await allOf<{ data: { object: { id: string } } } & { id: string }>(
        "/v1/events?type=customer.subscription.deleted&limit=100",
      );
      for (const { id, canceled } of tenants) {
        const { customers, subscriptions } = await objectsOf(running, id);
        const never = canceled && customers.length === 0;
        expect({ id, customers: customers.length, subscriptions: subscriptions.length }).toEqual({
          id,
          customers: never ? 0 : 1,
          subscriptions: never || (canceled && subscriptions.length === 0) ? 0 : 1,
        });
        for (const subscription of subscriptions) {
          expect(subscription.status).toBe(canceled ? "canceled" : "active");
          expect(ended.filter(({ data }) => data.object.id === subscription.id)).toHaveLength(canceled ? 1 : 0);
          // The first invoice, and none again: nobody is charged for what was asked twice.
          const invoices = await allOf<Stripe.Invoice>(`/v1/invoices?subscription=${subscription.id}&limit=100`);
          expect(invoices.filter(({ billing_reason }) => billing_reason === "subscription_create")).toHaveLength(1);
        }
        // A change of plan leaves two lines: what is given back and what is charged; twice would be four.
        const [asked] = await world.look<{ changes: string }>(
          "SELECT count(*) AS changes FROM control.billing_steps WHERE account_id = $1 AND kind = 'subscription.change' AND state = 'done'",
          id,
        );
        expect(await prorationsOf(customers[0]?.id)).toBeLessThanOrEqual(2 * Number(asked?.changes));
      }
      expect(kills).toBeGreaterThan(0);
      expect(tenants.length).toBeGreaterThan(1);
    },
    60_000 + FAULTS * 20_000,
  );

  it("goes red with a step that forgets what it is: then there are two customers", async () => {
    const id = await newTenant(billing);
    running.control.fault({ kind: "drop_after", path: "/v1/customers", times: 3 });
    await runOutbox(billing);
    await world.look(
      "UPDATE control.billing_steps SET idempotency_key = gen_random_uuid() || '-0-0' WHERE account_id = $1 AND state = 'pending' AND kind = 'customer.create'",
      id,
    );
    await settled(billing);
    expect((await objectsOf(running, id)).customers).toHaveLength(2);
    const { drift } = await syncBilling(billing, { fix: [] });
    expect(drift).toMatchObject([{ class: "orphaned", accountId: id }]);
    expect((await syncBilling(billing, { fix: ["orphaned"] })).drift).toEqual([]);
  });

  /** How many lines changes of plan have left to the next invoice. */
  async function prorationsOf(customer: string | undefined): Promise<number> {
    if (customer === undefined) return 0;
    const items = await allOf<Stripe.InvoiceItem>(`/v1/invoiceitems?customer=${customer}&limit=100`);
    return items.filter(({ proration }) => proration).length;
  }

  async function allOf<T extends { readonly id: string }>(path: string): Promise<T[]> {
    const all: T[] = [];
    for (let after = ""; ; ) {
      const { data, has_more } = await atStripe<{ data: T[]; has_more: boolean }>(running, `${path}${after}`);
      all.push(...data);
      if (!has_more) return all;
      after = `&starting_after=${data.at(-1)?.id}`;
    }
  }
});
