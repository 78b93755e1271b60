import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { advance, DAY, makeCustomer, makePrice, noon, refusal, setCard } from "./steps.js";
import { openTarget, SANDBOX_KEY, type Target } from "./target.js";

/** A year of one customer on a test clock: sign-up, upgrade, a failing card, its dunning, payment, and the end. */

let target: Target;
let stripe: Stripe;
beforeAll(async () => {
  target = await openTarget();
  stripe = target.stripe;
});
afterAll(async () => {
  await target.close();
  expect(target.violations()).toEqual([]);
});

const invoicesOf = async (customer: string) => (await stripe.invoices.list({ customer, limit: 100 })).data.reverse();
const charged = async (customer: string) =>
  (await stripe.charges.list({ customer, limit: 100 })).data.reduce((sum, { amount_captured: amount }) => sum + amount, 0);

it("bills each month once, whatever happens in between", async () => {
  const team = await makePrice(stripe, { name: "Team", amount: 3100 });
  const pro = await makePrice(stripe, { name: "Pro", amount: 6200 });
  const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
  for (const month of [2, 3]) await advance(stripe, clock, noon(2026, month, 2));
  expect(await charged(customer.id)).toBe(3 * 3100);

  await advance(stripe, clock, noon(2026, 3, 16) + DAY / 2); // half of March's 31 days
  await stripe.subscriptions.update(id, {
    items: [{ id: items.data[0]?.id ?? "", price: pro.id }],
    proration_behavior: "always_invoice",
  });
  expect(await charged(customer.id)).toBe(3 * 3100 + 1550);

  await advance(stripe, clock, noon(2026, 4, 2));
  const failing = await setCard(stripe, customer.id, "pm_card_chargeCustomerFail");
  await advance(stripe, clock, noon(2026, 5, 2));
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "past_due" });
  const [, , , , , may] = await invoicesOf(customer.id);
  expect(may).toMatchObject({ status: "open", attempt_count: 1, amount_remaining: 6200, billing_reason: "subscription_cycle" });
  expect(may?.next_payment_attempt).toBeGreaterThan(noon(2026, 5, 2));
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ delinquent: true });
  expect(await charged(customer.id)).toBe(3 * 3100 + 1550 + 6200);

  await setCard(stripe, customer.id, "pm_card_visa");
  await stripe.paymentMethods.detach(failing.id);
  await advance(stripe, clock, noon(2026, 5, 20)); // a later attempt finds the new card
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "active" });
  expect(await stripe.invoices.retrieve(may?.id ?? "")).toMatchObject({ status: "paid", attempt_count: 2 });

  for (let month = 6; month <= 12; month += 1) await advance(stripe, clock, noon(2026, month, 2));
  await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  await advance(stripe, clock, noon(2027, 1, 2));
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "canceled", ended_at: noon(2027, 1, 1) });
  const invoices = await invoicesOf(customer.id);
  expect(invoices.map(({ status }) => status)).toEqual(new Array(13).fill("paid"));
  expect(await charged(customer.id)).toBe(3 * 3100 + 1550 + 9 * 6200);
  expect(invoices.reduce((sum, { amount_paid: amount }) => sum + amount, 0)).toBe(await charged(customer.id));
});

// What follows the last attempt is set in the dashboard: a sandbox of Stripe's own can't be told.
it.skipIf(SANDBOX_KEY).each([
  ["canceled", "canceled"],
  ["unpaid", "unpaid"],
  ["past_due", "past_due"],
] as const)("after the last attempt a subscription is %s, as the account is set", async (afterLastRetry, status) => {
  target.control?.settings({ retryDays: [1, 2], afterLastRetry });
  const price = await makePrice(stripe, { name: "Team", amount: 3100 });
  const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await setCard(stripe, customer.id, "pm_card_chargeCustomerFail");
  await advance(stripe, clock, noon(2026, 2, 10));
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status });
  const [, invoice] = await invoicesOf(customer.id);
  expect(invoice).toMatchObject({ status: "open", attempt_count: 3, next_payment_attempt: null });
  const failures = (await stripe.charges.list({ customer: customer.id })).data.filter(
    ({ status: outcome }) => outcome === "failed",
  );
  expect(failures).toHaveLength(3);
  if (status !== "canceled") {
    await setCard(stripe, customer.id, "pm_card_visa");
    await stripe.invoices.pay(invoice?.id ?? "");
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "active" });
  }
});

it("goes two periods at a time and never back", async () => {
  const price = await makePrice(stripe, { name: "Team", amount: 3100 });
  const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const { testClocks } = stripe.testHelpers;
  expect(await refusal(testClocks.advance(clock, { frozen_time: noon(2026, 4, 2) }))).toMatchObject({ statusCode: 400 });
  expect(await refusal(testClocks.advance(clock, { frozen_time: noon(2025, 12, 1) }))).toMatchObject({ statusCode: 400 });
  expect(await testClocks.del(clock)).toMatchObject({ deleted: true });
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
});

it("renews on the last day of shorter months, and goes back to the 31st", async () => {
  const price = await makePrice(stripe, { name: "Team", amount: 3100 });
  const { id: clock } = await stripe.testHelpers.testClocks.create({ frozen_time: noon(2026, 1, 31) });
  const { id: customer } = await stripe.customers.create({ test_clock: clock });
  await setCard(stripe, customer, "pm_card_visa");
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
  const ends: (number | undefined)[] = [];
  for (const at of [noon(2026, 2, 1), noon(2026, 3, 1), noon(2026, 4, 1)]) {
    await advance(stripe, clock, at);
    ends.push((await stripe.subscriptions.retrieve(id)).items.data[0]?.current_period_end);
  }
  expect(ends).toEqual([noon(2026, 2, 28), noon(2026, 3, 31), noon(2026, 4, 30)]);
});
