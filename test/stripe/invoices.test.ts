import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { advance, DAY, makeCustomer, makePrice, noon, refusal, START } from "./steps.js";
import { openTarget, type Target } from "./target.js";

/** Invoices by hand and by post, metered usage, the portal, and what a key is tried on. */

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

it("collects lines, is finalized, paid, and can't be paid twice", async () => {
  const { customer } = await makeCustomer(stripe, "pm_card_visa");
  await stripe.invoiceItems.create({ customer: customer.id, amount: 1200, currency: "usd", description: "Training" });
  await stripe.invoiceItems.create({ customer: customer.id, amount: -200, currency: "usd", description: "Goodwill" });
  const draft = await stripe.invoices.create({
    customer: customer.id,
    pending_invoice_items_behavior: "include",
    auto_advance: false,
  });
  expect(draft).toMatchObject({ status: "draft", total: 1000, number: null, billing_reason: "manual" });
  expect(draft.lines.data.map(({ description, amount }) => [description, amount])).toEqual([
    ["Training", 1200],
    ["Goodwill", -200],
  ]);
  expect((await stripe.invoices.listLineItems(draft.id)).data).toHaveLength(2);
  expect(await stripe.invoices.finalizeInvoice(draft.id)).toMatchObject({ status: "open", amount_due: 1000 });
  expect(await stripe.invoices.pay(draft.id)).toMatchObject({ status: "paid", amount_paid: 1000, amount_remaining: 0 });
  expect(await refusal(stripe.invoices.pay(draft.id))).toMatchObject({ statusCode: 400 });
  expect((await stripe.charges.list({ customer: customer.id })).data.map(({ amount }) => amount)).toEqual([1000]);
});

it("is voided, written off, paid elsewhere or deleted, each from its own state", async () => {
  const { customer } = await makeCustomer(stripe, "pm_card_visa");
  const make = async () => {
    await stripe.invoiceItems.create({ customer: customer.id, amount: 500, currency: "usd" });
    return (await stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: "include" })).id;
  };
  const open = async () => (await stripe.invoices.finalizeInvoice(await make(), { auto_advance: false })).id;
  expect(await stripe.invoices.voidInvoice(await open())).toMatchObject({ status: "void" });
  expect(await stripe.invoices.markUncollectible(await open())).toMatchObject({ status: "uncollectible" });
  expect(await stripe.invoices.pay(await open(), { paid_out_of_band: true })).toMatchObject({ status: "paid" });
  const draft = await make();
  expect(await refusal(stripe.invoices.voidInvoice(draft))).toMatchObject({ statusCode: 400 });
  expect(await stripe.invoices.del(draft)).toMatchObject({ deleted: true });
  expect(await refusal(stripe.invoices.del(await open()))).toMatchObject({ statusCode: 400 });
  expect((await stripe.charges.list({ customer: customer.id })).data).toEqual([]);
});

it("sent by post, is overdue when nobody pays", async () => {
  const { customer, clock } = await makeCustomer(stripe);
  const price = await makePrice(stripe, { name: "Team", amount: 3100 });
  const made = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    collection_method: "send_invoice",
    days_until_due: 10,
    expand: ["latest_invoice"],
  });
  expect(made).toMatchObject({ status: "active", latest_invoice: { status: "open", due_date: START + 10 * DAY } });
  await advance(stripe, clock, START + 11 * DAY);
  expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status: "past_due" });
});

it("bills what was used in the month before, each event once", async () => {
  const event_name = `calls_${crypto.randomUUID().slice(0, 8)}`;
  const meter = await stripe.billing.meters.create({
    display_name: "Calls",
    event_name,
    default_aggregation: { formula: "sum" },
  });
  const price = await stripe.prices.create({
    currency: "usd",
    unit_amount: 5,
    recurring: { interval: "month", usage_type: "metered", meter: meter.id },
    product_data: { name: "Calls" },
  });
  const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await advance(stripe, clock, START + 3 * DAY);
  const event = (value: string, identifier: string) => ({
    event_name,
    identifier,
    payload: { stripe_customer_id: customer.id, value },
    timestamp: START + 2 * DAY,
  });
  await stripe.billing.meterEvents.create(event("30", `${event_name}-1`));
  await stripe.billing.meterEvents.create(event("12", `${event_name}-2`));
  const again = await refusal(stripe.billing.meterEvents.create(event("12", `${event_name}-2`)));
  expect(again).toMatchObject({ statusCode: 400, message: expect.stringContaining("already exists with identifier") });
  await advance(stripe, clock, noon(2026, 2, 2));
  const [renewal] = (await stripe.invoices.list({ customer: customer.id })).data;
  expect(renewal).toMatchObject({ total: 210, amount_paid: 210, status: "paid" });
  expect(await stripe.billing.meters.deactivate(meter.id)).toMatchObject({ status: "inactive" });
});

it("opens the portal for a customer", async () => {
  const { id: customer } = await stripe.customers.create({});
  const session = await stripe.billingPortal.sessions.create({ customer, return_url: "https://app.acme.test/" });
  expect(session).toMatchObject({ object: "billing_portal.session", customer, return_url: "https://app.acme.test/" });
  expect(new URL(session.url).protocol).toBe("https:");
});

it("says whose key it is", async () => {
  expect(await stripe.accounts.retrieveCurrent()).toMatchObject({ object: "account", id: expect.stringMatching(/^acct_/) });
  expect(await stripe.balance.retrieve()).toMatchObject({ object: "balance", livemode: false });
});
