import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { advance, DAY, makeCustomer, makePrice, noon, refusal, START, setCard } from "./steps.js";
import { openTarget, type Target } from "./target.js";

/** The states of a subscription and what each is billed, through the `stripe` package. */

let target: Target;
let stripe: Stripe;
let team: Stripe.Price;
let pro: Stripe.Price;
beforeAll(async () => {
  target = await openTarget();
  stripe = target.stripe;
  team = await makePrice(stripe, { name: "Team", amount: 3100 });
  pro = await makePrice(stripe, { name: "Pro", amount: 6200 });
});
afterAll(async () => {
  await target.close();
  expect(target.violations()).toEqual([]);
});

const invoicesOf = async (customer: string) => (await stripe.invoices.list({ customer, limit: 100 })).data.reverse();

describe("made", () => {
  it("is active when the card pays", async () => {
    const { customer } = await makeCustomer(stripe, "pm_card_visa");
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: team.id, quantity: 2 }],
      expand: ["latest_invoice.payments"],
    });
    expect(made).toMatchObject({ status: "active", currency: "usd", billing_mode: { type: "flexible" } });
    expect(made.items.data[0]).toMatchObject({ quantity: 2, current_period_start: START, current_period_end: noon(2026, 2, 1) });
    const invoice = made.latest_invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({ status: "paid", total: 6200, amount_paid: 6200, billing_reason: "subscription_create" });
    expect(invoice.parent?.subscription_details?.subscription).toBe(made.id);
    expect(invoice.payments?.data[0]).toMatchObject({ status: "paid", amount_paid: 6200 });
  });

  it("is incomplete when the bank says no, and expires within a day", async () => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_chargeCustomerFail");
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: team.id }],
      expand: ["latest_invoice"],
    });
    expect(made).toMatchObject({ status: "incomplete", latest_invoice: { status: "open", amount_due: 3100, attempt_count: 1 } });
    const [charge] = (await stripe.charges.list({ customer: customer.id })).data;
    expect(charge).toMatchObject({ status: "failed", amount_captured: 0, failure_code: "card_declined" });
    await advance(stripe, clock, START + DAY);
    expect(await stripe.subscriptions.retrieve(made.id, { expand: ["latest_invoice"] })).toMatchObject({
      status: "incomplete_expired",
      latest_invoice: { status: "void" },
    });
  });

  it("comes alive when the first invoice is paid with another card", async () => {
    const { customer } = await makeCustomer(stripe, "pm_card_chargeCustomerFail");
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    const invoice = made.latest_invoice as string;
    expect(await refusal(stripe.invoices.pay(invoice))).toMatchObject({ statusCode: 402, code: "card_declined" });
    await setCard(stripe, customer.id, "pm_card_visa");
    expect(await stripe.invoices.pay(invoice)).toMatchObject({ status: "paid" });
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status: "active" });
  });

  it("isn't made at all with error_if_incomplete", async () => {
    const { customer } = await makeCustomer(stripe, "pm_card_chargeCustomerFail");
    const params = { customer: customer.id, items: [{ price: team.id }], payment_behavior: "error_if_incomplete" as const };
    expect(await refusal(stripe.subscriptions.create(params))).toMatchObject({ statusCode: 402, type: "StripeCardError" });
    expect((await stripe.subscriptions.list({ customer: customer.id, status: "all" })).data).toEqual([]);
    expect(await invoicesOf(customer.id)).toEqual([]);
  });

  it("waits, untried, with default_incomplete, and isn't made without any card otherwise", async () => {
    const { customer } = await makeCustomer(stripe);
    const params = { customer: customer.id, items: [{ price: team.id }] };
    expect(await refusal(stripe.subscriptions.create(params))).toMatchObject({ statusCode: 400, code: "resource_missing" });
    const made = await stripe.subscriptions.create({
      ...params,
      payment_behavior: "default_incomplete",
      expand: ["latest_invoice"],
    });
    expect(made).toMatchObject({ status: "incomplete", latest_invoice: { status: "open", attempted: false } });
  });

  it("needs the cardholder where the card does", async () => {
    const { customer } = await makeCustomer(stripe, "pm_card_authenticationRequired");
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    expect(made.status).toBe("incomplete");
    const [intent] = (await stripe.paymentIntents.list({ customer: customer.id })).data;
    expect(intent?.status).toBe("requires_action");
  });

  it("bills only the part of a month that lies before a later anchor", async () => {
    const { customer } = await makeCustomer(stripe, "pm_card_visa");
    const anchor = START + 10 * DAY;
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: team.id }],
      billing_cycle_anchor: anchor,
    });
    expect(made).toMatchObject({ billing_cycle_anchor: anchor });
    expect(made.items.data[0]?.current_period_end).toBe(anchor);
    const [invoice] = await invoicesOf(customer.id);
    expect(invoice?.total).toBe(1000); // 10 of the 31 days from 11 December
  });
});

describe("in trial", () => {
  it("costs nothing until it ends, warns, and is billed then", async () => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }], trial_period_days: 14 });
    expect(made).toMatchObject({ status: "trialing", trial_end: START + 14 * DAY });
    await advance(stripe, clock, START + 12 * DAY);
    const { data: warnings } = await stripe.events.list({ type: "customer.subscription.trial_will_end", limit: 100 });
    expect(warnings.filter(({ data }) => (data.object as { id: string }).id === made.id)).toHaveLength(1);
    await advance(stripe, clock, START + 15 * DAY);
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status: "active" });
    expect((await invoicesOf(customer.id)).map(({ total, status }) => [total, status])).toEqual([
      [0, "paid"],
      [3100, "paid"],
    ]);
  });

  it.each([
    ["pause", "paused"],
    ["cancel", "canceled"],
    ["create_invoice", "past_due"],
  ] as const)("without a card in the end: %s", async (missing_payment_method, status) => {
    const { customer, clock } = await makeCustomer(stripe);
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: team.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method } },
    });
    await advance(stripe, clock, START + 8 * DAY);
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status });
  });
});

describe("changed", () => {
  it("costs what its preview said, to the cent, for the same second", async () => {
    // At these prices a second is a cent.
    const [cheap, dear] = [
      await makePrice(stripe, { name: "Cheap", amount: 3_100_000 }),
      await makePrice(stripe, { name: "Dear", amount: 6_200_000 }),
    ];
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const { id: subscription, items } = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: cheap.id }],
    });
    await advance(stripe, clock, START + 11 * DAY + 12_345);
    const change = {
      items: [{ id: items.data[0]?.id ?? "", price: dear.id }],
      proration_behavior: "always_invoice" as const,
      proration_date: START + 11 * DAY + 12_000,
    };
    const preview = await stripe.invoices.createPreview({ subscription, subscription_details: change });
    expect(preview.lines.data.map(({ parent }) => parent?.subscription_item_details?.proration)).toEqual([true, true]);
    const changed = await stripe.subscriptions.update(subscription, { ...change, expand: ["latest_invoice"] });
    expect(changed.latest_invoice).toMatchObject({ total: preview.total, status: "paid", billing_reason: "subscription_update" });
    expect(preview.total).toBe(1_986_111);
  });

  it("leaves the difference to the next invoice, or to nobody, as it is told", async () => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const { id: subscription, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    const item = items.data[0]?.id ?? "";
    await advance(stripe, clock, noon(2026, 1, 16) + DAY / 2);
    await stripe.subscriptions.update(subscription, { items: [{ id: item, price: pro.id }], proration_behavior: "none" });
    expect((await stripe.invoiceItems.list({ customer: customer.id })).data).toEqual([]);
    await stripe.subscriptionItems.update(item, { quantity: 2 });
    const pending = (await stripe.invoiceItems.list({ customer: customer.id, pending: true })).data;
    expect(pending.map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([-3100, 6200]);
    await advance(stripe, clock, noon(2026, 2, 2));
    const [, renewal] = await invoicesOf(customer.id);
    expect(renewal).toMatchObject({ total: 12_400 + 3100, status: "paid", billing_reason: "subscription_cycle" });
  });

  it("keeps the credit of a cheaper plan for the next invoice", async () => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const { id: subscription, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: pro.id }] });
    await advance(stripe, clock, noon(2026, 1, 16) + DAY / 2);
    await stripe.subscriptions.update(subscription, {
      items: [{ id: items.data[0]?.id ?? "", price: team.id }],
      proration_behavior: "always_invoice",
    });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -1550 });
    await advance(stripe, clock, noon(2026, 2, 2));
    const renewal = (await invoicesOf(customer.id)).at(-1);
    expect(renewal).toMatchObject({ total: 3100, starting_balance: -1550, amount_due: 1550, amount_paid: 1550 });
  });

  it("begins anew with another interval, less what was paid for the old one", async () => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const yearly = await makePrice(stripe, { name: "Team, yearly", amount: 31_000, interval: "year" });
    const { id: subscription, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    await advance(stripe, clock, noon(2026, 1, 16) + DAY / 2);
    const changed = await stripe.subscriptions.update(subscription, {
      items: [{ id: items.data[0]?.id ?? "", price: yearly.id }],
      expand: ["latest_invoice"],
    });
    expect(changed.latest_invoice).toMatchObject({ total: 31_000 - 1550, status: "paid" });
    expect(changed.items.data[0]).toMatchObject({
      current_period_start: noon(2026, 1, 16) + DAY / 2,
      current_period_end: noon(2027, 1, 16) + DAY / 2,
    });
  });
});

describe("ended and paused", () => {
  it("ends at once without billing what a change had left for the next invoice", async () => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    await advance(stripe, clock, START + DAY);
    await stripe.subscriptions.update(id, { items: [{ id: items.data[0]?.id ?? "", price: pro.id }] });
    expect((await stripe.invoiceItems.list({ customer: customer.id, pending: true })).data).toHaveLength(2);
    await stripe.subscriptions.cancel(id);
    expect((await stripe.invoiceItems.list({ customer: customer.id, pending: true })).data).toEqual([]);
  });

  it("goes on until the end of what is paid, then ends", async () => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    const ending = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({ status: "active", cancel_at_period_end: true, cancel_at: noon(2026, 2, 1) });
    await advance(stripe, clock, noon(2026, 2, 2));
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "canceled", ended_at: noon(2026, 2, 1) });
    expect(await invoicesOf(customer.id)).toHaveLength(1);
  });

  it("ends at once, and isn't found a second time", async () => {
    const { customer } = await makeCustomer(stripe, "pm_card_visa");
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    expect(await stripe.subscriptions.cancel(id, { cancellation_details: { comment: "purged" } })).toMatchObject({
      status: "canceled",
    });
    expect(await refusal(stripe.subscriptions.cancel(id))).toMatchObject({ statusCode: 404, code: "resource_missing" });
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      cancellation_details: { comment: "purged", reason: "cancellation_requested" },
    });
    expect(await refusal(stripe.subscriptions.update(id, { description: "x" }))).toMatchObject({
      code: "invalid_canceled_subscription_fields",
    });
  });

  it.each([
    ["void", "void"],
    ["keep_as_draft", "draft"],
    ["mark_uncollectible", "uncollectible"],
  ] as const)("stays active with pause_collection: %s, and nobody pays", async (behavior, status) => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    await stripe.subscriptions.update(id, { pause_collection: { behavior } });
    await advance(stripe, clock, noon(2026, 2, 2));
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: "active" });
    expect((await invoicesOf(customer.id)).at(-1)).toMatchObject({ status, amount_paid: 0 });
    expect(await stripe.subscriptions.update(id, { pause_collection: "" })).toMatchObject({ pause_collection: null });
    await advance(stripe, clock, noon(2026, 3, 2));
    expect((await invoicesOf(customer.id)).at(-1)).toMatchObject({ status: "paid", amount_paid: 3100 });
  });

  it("makes no invoices while it is really paused, and a new period when it resumes", async () => {
    const { customer, clock } = await makeCustomer(stripe, "pm_card_visa");
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }] });
    expect(await stripe.subscriptions.pause(id, { type: "subscription" })).toMatchObject({ status: "paused" });
    await advance(stripe, clock, noon(2026, 2, 20));
    expect(await invoicesOf(customer.id)).toHaveLength(1);
    const resumed = await stripe.subscriptions.resume(id, { billing_cycle_anchor: { type: "now" } });
    expect(resumed).toMatchObject({ status: "active", billing_cycle_anchor: noon(2026, 2, 20) });
    expect((await invoicesOf(customer.id)).at(-1)).toMatchObject({ status: "paid", total: 3100 });
  });
});
