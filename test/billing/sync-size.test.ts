import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RUN } from "../cli/azora.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { connected } from "./billed-world.js";

/**
 * `billing:sync` takes the same memory for many tenants as for two: AZORA_BILLING_TENANTS=10000 for the real number.
 * On Linux only: elsewhere a process can't be asked for the most that it ever took.
 */

const TENANTS = Number(process.env.AZORA_BILLING_TENANTS ?? 300);
const AT_ONCE = 16;
/** Megabytes that the heap may grow to: ten thousand subscriptions as Stripe writes them don't fit beside the command. */
const HEAP = 64;
/** Megabytes that a page and its garbage may take. */
const SLACK = 60;

let world: World;
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  world = await World.open("server");
  running = await startStripe();
  stripe = new Stripe(running.key, { host: running.host, port: running.port, protocol: "http" });
  await connected(world, running);
});
afterAll(async () => {
  await running.close();
  await world.close();
});

/** Tenants that are billed already, past azora's own way of making them one by one. */
async function plant(): Promise<void> {
  const [connection] = await world.look<{ id: string }>("SELECT installation_id::text AS id FROM control.stripe_connection");
  const [plan] = await world.look<{ id: string; price: string }>(
    "SELECT id, stripe_price_id AS price FROM control.plans WHERE code = 'free'",
  );
  const made: Stripe.Subscription[] = [];
  const ids = Array.from({ length: TENANTS }, () => crypto.randomUUID());
  let next = 0;
  const worker = async () => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      const metadata = { azora_account: id, azora_installation: connection?.id ?? "", azora_step: "planted-0" };
      const customer = await stripe.customers.create({ email: `${id}@many.test`, metadata });
      made.push(await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plan?.price ?? "" }], metadata }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const rows = made.map(({ id, customer, metadata, items }) => ({
    id,
    customer,
    account: metadata.azora_account,
    item: items.data[0]?.id,
    from: items.data[0]?.current_period_start,
    until: items.data[0]?.current_period_end,
  }));
  await world.look(
    `WITH r AS (SELECT * FROM jsonb_to_recordset($1) AS r(id text, customer text, account uuid, item text, "from" bigint, until bigint)),
       a AS (INSERT INTO control.accounts (id, slug, name, contact_email) SELECT account, 'm-' || account, 'm', 'm@many.test' FROM r RETURNING id),
       c AS (INSERT INTO control.stripe_customers (account_id, stripe_id, livemode) SELECT account, customer, false FROM r RETURNING account_id)
     INSERT INTO control.subscriptions (account_id, plan_id, stripe_id, stripe_item_id, stripe_price_id, livemode, collection_method, current_period_start, current_period_end)
     SELECT account, $2::uuid, id, item, $3, false, 'charge_automatically', to_timestamp("from"), to_timestamp(until) FROM r`,
    JSON.stringify(rows),
    plan?.id,
    plan?.price,
  );
}

/** @returns the most memory that the command took, in megabytes, and how long, in seconds */
async function measure(): Promise<{ peak: number; seconds: number }> {
  const { serverUrl, password } = world.prepared;
  const { control } = urlsOf(serverUrl, world.place, password, OPERATORS.billing);
  const env = { PATH: process.env.PATH ?? "", HOME: "/nonexistent", AZORA_DATA_DIR: "/nonexistent", AZORA_CONTROL_URL: control };
  const limit = { NODE_OPTIONS: `--max-old-space-size=${HEAP}` };
  const key = { STRIPE_API_KEY: running.key, STRIPE_API_BASE: running.url };
  const start = performance.now();
  const child = spawn(process.execPath, [RUN, "billing:sync", "--json"], {
    env: { ...env, ...limit, ...key },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output = text(child.stdout);
  const exit = once(child, "exit");
  let peak = 0;
  while (child.exitCode === null) {
    peak = Math.max(peak, highWater(child.pid ?? 0));
    await setTimeout(20);
  }
  await exit;
  expect(JSON.parse(await output)).toEqual({ ok: true, result: { drift: [], fixed: {}, waiting: 0 } });
  return { peak, seconds: (performance.now() - start) / 1000 };
}

function highWater(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it has ended a moment ago
  }
}

it.skipIf(process.platform !== "linux")(
  `${TENANTS} tenants are compared in the memory of two (Linux tells a process's peak)`,
  async () => {
    const few = await measure();
    await plant();
    const many = await measure();
    process.stdout.write(`billing:sync: ${JSON.stringify({ tenants: TENANTS, few, many })}\n`);
    expect(many.peak - few.peak).toBeLessThan(SLACK);
  },
  120_000 + TENANTS * 100,
);
