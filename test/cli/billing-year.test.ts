import Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { passHere } from "../billing/billed.js";
import { differences } from "../billing/differences.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { advance, noon, START, setCard } from "../stripe/steps.js";
import { OPERATORS } from "../support/prepare.js";
import { World } from "../support/world.js";
import { Azora } from "./azora.js";
import { billingEnvironment } from "./billing-process.js";

/**
 * A year of one tenant, as its vendor has it: the built binary each time, a test clock at Stripe, cron's two
 * commands under a login of the role billing. At each month's end the database and Stripe agree.
 */

const azora = new Azora();
let world: World;
let running: RunningStripe;
let stripe: Stripe;
let clock: string;
let customer = "";
let subscription = "";

beforeAll(async () => {
  world = await World.open("server");
  running = await startStripe();
  running.control.settings({ afterLastRetry: "past_due" });
  const { host, port, key } = running;
  stripe = new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0 });
  clock = (await stripe.testHelpers.testClocks.create({ frozen_time: START })).id;
});
afterAll(async () => {
  expect(running.control.violations()).toEqual([]);
  await running.close();
  await world.close();
  await azora.remove();
});

async function run(role: "vendor-admin" | "billing", ...args: string[]) {
  const env = { ...billingEnvironment(world, running, OPERATORS[role]), STRIPE_TEST_CLOCK: clock };
  const { exit, document, stderr } = await azora.json(args, env);
  expect({ args, exit, error: document.error, stderr }).toMatchObject({ args, exit: 0 });
  return document.result;
}

/** What cron does, and what an auditor then sees. */
async function endOfMonth(expected: { readonly status: string; readonly suspension?: string | null }): Promise<void> {
  await run("billing", "billing:events");
  const { steps, paid } = await run("billing", "billing:enforce", "--yes");
  expect(await differences({ world, api: stripe })).toEqual([]);
  expect((await run("billing", "billing:sync")).drift).toEqual([]);
  const [account] = await world.look("SELECT status, suspension FROM control.accounts WHERE slug = 'year'");
  expect({ steps, paid, ...account }).toMatchObject({ suspension: null, ...expected });
}

async function days(count: number): Promise<void> {
  const { frozen_time: now } = await stripe.testHelpers.testClocks.retrieve(clock);
  await advance(stripe, clock, now + count * 86_400);
  await passHere(world, count);
}

const charged = async () =>
  (await stripe.charges.list({ customer, limit: 100 })).data.reduce((sum, { amount_captured: amount }) => sum + amount, 0);
const pay = async () => {
  const { data } = await stripe.invoices.list({ subscription, status: "open", limit: 100 });
  for (const { id } of data.toReversed()) await stripe.invoices.pay(id ?? "");
};

it("is billed each month, falls behind, is stopped step by step, pays, goes on, leaves, and is purged", async () => {
  // January: sign-up. The two tenants that every world has take the free plan.
  for (const slug of ["alpha", "beta"]) await run("billing", "tenant:plan", slug, "free");
  await run("billing", "billing:connect", "--yes");
  await run("billing", "billing:run");
  await run("vendor-admin", "tenant:create", "Year", "--slug", "year", "--owner-email", "owner@year.test", "--plan", "team");
  const [ids] = await world.look<{ customer: string; subscription: string }>(
    `SELECT c.stripe_id AS customer, s.stripe_id AS subscription FROM control.accounts a JOIN control.stripe_customers c ON c.account_id = a.id
     JOIN control.subscriptions s ON s.account_id = a.id WHERE a.slug = 'year'`,
  );
  customer = ids?.customer ?? "";
  subscription = ids?.subscription ?? "";
  await setCard(stripe, customer, "pm_card_visa");
  await run("billing", "billing:change", "year", "--collection", "card", "--yes");
  await pay();
  await endOfMonth({ status: "active" });
  expect(await charged()).toBe(19_000);

  // February, March: nothing happens. In March it takes a larger plan.
  for (const month of [2, 3]) {
    await advance(stripe, clock, noon(2026, month, 2));
    await endOfMonth({ status: "active" });
  }
  expect(await charged()).toBe(3 * 19_000);
  await run("billing", "billing:change", "year", "--plan", "enterprise", "--yes");
  await advance(stripe, clock, noon(2026, 4, 2));
  await endOfMonth({ status: "active" });
  expect(await run("billing", "tenant:show", "year")).toMatchObject({ tenant: { plan: "enterprise" } });
  const afterApril = await charged();
  expect(afterApril).toBeGreaterThan(3 * 19_000 + 99_000);

  // May: the card fails. It has two weeks, then it may read, then nothing.
  await setCard(stripe, customer, "pm_card_chargeCustomerFail");
  await advance(stripe, clock, noon(2026, 5, 2));
  await endOfMonth({ status: "active" });
  await days(13);
  await endOfMonth({ status: "active" });
  await days(2);
  await endOfMonth({ status: "suspended", suspension: "read_only" });
  await days(14); // 31 May
  await endOfMonth({ status: "suspended", suspension: "full" });
  await advance(stripe, clock, noon(2026, 6, 2));
  await endOfMonth({ status: "suspended", suspension: "full" });
  expect(await charged()).toBe(afterApril);

  // June: another card; what is open is paid, and with that it works again.
  await setCard(stripe, customer, "pm_card_visa");
  await pay();
  await endOfMonth({ status: "active" });
  expect(await charged()).toBe(afterApril + 2 * 99_000);
  for (const month of [7, 8, 9]) {
    await advance(stripe, clock, noon(2026, month, 2));
    await endOfMonth({ status: "active" });
  }

  // October: its customer cancels, to the end of the month. Nobody is stopped for that.
  await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
  await endOfMonth({ status: "active" });
  for (const month of [10, 11]) {
    await advance(stripe, clock, noon(2026, month, 2));
    await endOfMonth({ status: "active" });
  }
  expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({ status: "canceled" });
  const total = afterApril + 5 * 99_000;
  expect(await charged()).toBe(total);

  // December: a person ends it for good.
  await run("vendor-admin", "tenant:suspend", "year", "--reason", "contract ended", "--yes");
  const { receipt } = await run("vendor-admin", "tenant:purge", "year", "--confirm", "year", "--reason", "contract ended");
  expect(receipt).toMatchObject({ slug: "year" });
  await advance(stripe, clock, noon(2026, 12, 2));
  await run("billing", "billing:events");
  expect((await run("billing", "billing:sync")).drift).toEqual([]);
  expect(await differences({ world, api: stripe })).toEqual([]);
  expect(await charged()).toBe(total);
  const invoices = (await stripe.invoices.list({ customer, limit: 100 })).data;
  expect(invoices.map(({ status }) => status)).toEqual(invoices.map(() => "paid"));
}, 600_000);
