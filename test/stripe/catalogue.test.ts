import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusal } from "./steps.js";
import { openTarget, type Target } from "./target.js";

/** Customers, cards, products and prices, through the `stripe` package. */

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(async () => {
  await target.close();
  expect(target.violations()).toEqual([]);
});

describe("customers", () => {
  it("are made, changed, found by e-mail and deleted", async () => {
    const { customers } = target.stripe;
    const email = `${crypto.randomUUID()}@acme.test`;
    const made = await customers.create({ email, name: "Acme", metadata: { tenant: "acme", seats: 5 } });
    expect(made).toMatchObject({ object: "customer", email, metadata: { tenant: "acme", seats: "5" }, livemode: false });
    const changed = await customers.update(made.id, { name: "Acme Ltd", metadata: { seats: "", region: "eu" } });
    expect(changed).toMatchObject({ name: "Acme Ltd", metadata: { tenant: "acme", region: "eu" } });
    expect(changed.metadata).not.toHaveProperty("seats");
    expect((await customers.list({ email })).data.map(({ id }) => id)).toEqual([made.id]);
    expect(await customers.del(made.id)).toMatchObject({ id: made.id, deleted: true });
    expect(await customers.retrieve(made.id)).toMatchObject({ deleted: true });
    expect(await refusal(customers.update(made.id, { name: "x" }))).toMatchObject({ statusCode: 404, code: "resource_missing" });
  });

  it("take their subscriptions with them", async () => {
    const { customers, prices, subscriptions } = target.stripe;
    const { id: price } = await prices.create({
      currency: "usd",
      unit_amount: 0,
      recurring: { interval: "month" },
      product_data: { name: "Free" },
    });
    const customer = await customers.create({ expand: ["subscriptions"] });
    expect(customer.subscriptions?.data).toEqual([]);
    const subscription = await subscriptions.create({ customer: customer.id, items: [{ price }] });
    await customers.del(customer.id);
    expect(await subscriptions.retrieve(subscription.id)).toMatchObject({ status: "canceled" });
  });
});

describe("cards", () => {
  it("are attached, made the default, listed and detached", async () => {
    const { customers, paymentMethods } = target.stripe;
    const { id: customer } = await customers.create({});
    const card = await paymentMethods.attach("pm_card_visa", { customer });
    expect(card).toMatchObject({ customer, card: { brand: "visa", last4: "4242" } });
    const changed = await customers.update(customer, {
      invoice_settings: { default_payment_method: card.id },
      expand: ["invoice_settings.default_payment_method"],
    });
    expect(changed.invoice_settings.default_payment_method).toMatchObject({ id: card.id, type: "card" });
    expect((await paymentMethods.list({ customer })).data.map(({ id }) => id)).toEqual([card.id]);
    expect((await customers.listPaymentMethods(customer)).data.map(({ id }) => id)).toEqual([card.id]);
    expect((await paymentMethods.detach(card.id)).customer).toBeNull();
    expect(await customers.retrieve(customer)).toMatchObject({ invoice_settings: { default_payment_method: null } });
  });

  it("are the default from the start when the customer is made with them", async () => {
    const { customers, paymentMethods } = target.stripe;
    const params = { payment_method: "pm_card_visa", invoice_settings: { default_payment_method: "pm_card_visa" } };
    const { id: customer, invoice_settings } = await customers.create(params);
    expect((await paymentMethods.list({ customer })).data.map(({ id }) => id)).toEqual([invoice_settings.default_payment_method]);
  });

  it("come from a token as well", async () => {
    const { customers, paymentMethods } = target.stripe;
    const { id: customer } = await customers.create({});
    const made = await paymentMethods.create({ type: "card", card: { token: "tok_mastercard" } });
    expect(made).toMatchObject({ customer: null, card: { brand: "mastercard" } });
    expect(await paymentMethods.attach(made.id, { customer })).toMatchObject({ id: made.id, customer });
  });

  it.each([
    ["pm_card_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
    ["pm_card_chargeDeclinedExpiredCard", "expired_card", undefined],
  ])("like %s are refused when they are attached", async (card, code, decline_code) => {
    const { id: customer } = await target.stripe.customers.create({});
    const error = await refusal(target.stripe.paymentMethods.attach(card, { customer }));
    expect(error).toMatchObject({ type: "StripeCardError", statusCode: 402, code });
    if (decline_code) expect(error.decline_code).toBe(decline_code);
    expect((await target.stripe.paymentMethods.list({ customer })).data).toEqual([]);
  });
});

describe("products and prices", () => {
  it("are found again by lookup key, which moves only when it is asked to", async () => {
    const { prices, products } = target.stripe;
    const key = `team-${crypto.randomUUID()}`;
    const product = await products.create({ name: "Team", metadata: { plan: "team" } });
    const recurring = { interval: "month" } as const;
    const first = await prices.create({ product: product.id, currency: "usd", unit_amount: 2900, recurring, lookup_key: key });
    expect(first).toMatchObject({ unit_amount: 2900, type: "recurring", lookup_key: key, product: product.id });
    expect(first.unit_amount_decimal?.toString()).toBe("2900");
    const again = { product: product.id, currency: "usd", unit_amount: 3900, recurring, lookup_key: key };
    expect(await refusal(prices.create(again))).toMatchObject({ statusCode: 400, code: "resource_already_exists" });
    const second = await prices.create({ ...again, transfer_lookup_key: true });
    const found = await prices.list({ lookup_keys: [key], expand: ["data.product"] });
    expect(found.data.map(({ id }) => id)).toEqual([second.id]);
    expect(found.data[0]?.product).toMatchObject({ name: "Team" });
    expect(await prices.retrieve(first.id)).toMatchObject({ lookup_key: null });
    expect(await prices.update(first.id, { active: false })).toMatchObject({ active: false });
    expect((await prices.list({ product: product.id, active: true })).data).toHaveLength(1);
  });

  it("keep a product that has prices; one without goes", async () => {
    const { prices, products } = target.stripe;
    const product = await products.create({ name: "Team" });
    await prices.create({ product: product.id, currency: "usd", unit_amount: 100 });
    expect(await refusal(products.del(product.id))).toMatchObject({ statusCode: 400 });
    const { id } = await products.create({ name: "Nothing" });
    expect(await products.del(id)).toMatchObject({ deleted: true });
    expect(await refusal(products.retrieve(id))).toMatchObject({ statusCode: 404, code: "resource_missing", param: "id" });
  });
});
