import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningStripe, startStripe } from "./start.js";
import { makePrice, refusal } from "./steps.js";

/** How requests are read, refused, paged and expanded; spoken to with raw HTTP where the package would correct us. */

let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  const { host, port, key } = running;
  stripe = new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0 });
});
afterAll(async () => {
  expect(running.control.violations()).toEqual([]);
  await running.close();
});

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function send(path: string, { method = "POST", body, headers }: Sent = {}) {
  const response = await fetch(`${running.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${running.key}`, ...headers },
    ...(body && { body }),
  });
  const answer = (await response.json()) as Record<string, unknown> & { error?: Record<string, unknown> };
  return { status: response.status, headers: response.headers, answer };
}

describe("a request with", () => {
  it.each([
    [
      "an unknown parameter",
      "/v1/customers",
      "nme=x",
      { code: "parameter_unknown", param: "nme", message: "Received unknown parameter: nme" },
    ],
    ["two of them", "/v1/customers", "nme=x&b=y", { message: "Received unknown parameters: nme, b" }],
    ["an unknown one inside", "/v1/customers", "address[plnet]=x", { param: "address[plnet]" }],
    [
      "text for a number",
      "/v1/prices",
      "currency=usd&unit_amount=nine",
      { code: "parameter_invalid_integer", param: "unit_amount", message: "Invalid integer: nine" },
    ],
    ["a fraction of a cent", "/v1/prices", "currency=usd&unit_amount=9.5", { param: "unit_amount" }],
    ["text for a truth", "/v1/products", "name=x&active=perhaps", { param: "active", message: "Invalid boolean: perhaps" }],
    [
      "something missing",
      "/v1/products",
      "",
      { code: "parameter_missing", param: "name", message: "Missing required param: name." },
    ],
    ["a list that is none", "/v1/subscriptions", "customer=c&items[price]=p", { param: "items", message: "Invalid array" }],
    [
      "no such object",
      "/v1/subscriptions",
      "customer=cus_none&items[0][price]=p",
      { code: "resource_missing", param: "customer", message: "No such customer: 'cus_none'" },
    ],
  ])("%s is refused as Stripe words it", async (_what, path, body, error) => {
    const { status, answer } = await send(path, { body });
    expect(status).toBe(400);
    expect(answer.error).toMatchObject({ type: "invalid_request_error", ...error });
  });

  it("a parameter that the counterpart doesn't act on is refused and not passed over", async () => {
    const { status, answer } = await send("/v1/customers", { body: "tax[ip_address]=127.0.0.1" });
    expect([status, answer.error?.param]).toEqual([400, "tax.ip_address"]);
  });

  it("an unknown address is not found", async () => {
    const { status, answer } = await send("/v1/castles");
    expect(status).toBe(404);
    expect(answer.error?.message).toContain("Unrecognized request URL (POST: /v1/castles)");
    expect((await send("/v1/customers/", { method: "GET" })).answer.error?.message).toContain("remove the trailing slash");
  });

  it("what breaks in the counterpart itself is no passing fault, and is written down", async () => {
    const own = await startStripe({ clock: () => Number.NaN });
    const broken = new Stripe(own.key, { host: own.host, port: own.port, protocol: "http", maxNetworkRetries: 3 });
    expect(await refusal(broken.customers.create({}))).toMatchObject({
      statusCode: 500,
      message: expect.stringContaining("against the contract"),
    });
    expect(own.control.violations()).toHaveLength(1);
    expect(own.control.requests()).toHaveLength(1);
    await own.close();
  });

  it("another API version is refused; with none or ours it is answered", async () => {
    expect((await send("/v1/customers", { headers: { "Stripe-Version": "2019-01-01" } })).status).toBe(400);
    const { status, headers } = await send("/v1/customers", { headers: { "Stripe-Version": Stripe.API_VERSION } });
    expect([status, headers.get("stripe-version")]).toEqual([200, Stripe.API_VERSION]);
    expect(headers.get("request-id")).toMatch(/^req_\w{14}$/);
  });
});

describe("a key", () => {
  const status = async (Authorization: string, method = "GET") =>
    (await send("/v1/customers", { method, headers: { Authorization } })).status;

  it("is needed, must be right, and may come as Basic", async () => {
    expect(await status("")).toBe(401);
    expect(await status("Bearer sk_test_wrong")).toBe(401);
    expect(await status(`Bearer pk_test_x`)).toBe(403);
    expect(await status(`Basic ${Buffer.from(`${running.key}:`).toString("base64")}`)).toBe(200);
    const wrong = new Stripe("sk_test_4eC39HqLyjWDarjtT1zdp7dc", { host: running.host, port: running.port, protocol: "http" });
    const error = await refusal(wrong.balance.retrieve());
    expect(error).toMatchObject({
      type: "StripeAuthenticationError",
      message: expect.stringMatching(/^Invalid API Key provided: sk_test_\*+p7dc$/),
    });
  });

  it("that is restricted may do what it was given", async () => {
    running.control.restrictKey("rk_test_reader", ["customers:read"]);
    expect(await status("Bearer rk_test_reader")).toBe(200);
    expect(await status("Bearer rk_test_reader", "POST")).toBe(403);
    const reader = new Stripe("rk_test_reader", { host: running.host, port: running.port, protocol: "http" });
    expect(await refusal(reader.prices.list())).toMatchObject({
      type: "StripePermissionError",
      code: "more_permissions_required",
    });
  });
});

describe("a list", () => {
  it("of 1,000 customers is paged through once, whole, newest first", async () => {
    const before = await stripe.customers.list({ limit: 1 });
    const names = Array.from({ length: 1000 }, (_, at) => `customer ${at}`);
    for (let at = 0; at < names.length; at += 25) {
      await Promise.all(names.slice(at, at + 25).map((name) => stripe.customers.create({ name })));
    }
    const params = { limit: 100, ...(before.data[0] && { ending_before: before.data[0].id }) };
    const found = await stripe.customers.list(params).autoPagingToArray({ limit: 2000 });
    expect(new Set(found.map(({ name }) => name))).toEqual(new Set(names));
    expect(found).toHaveLength(1000);
    const first = await stripe.customers.list({ limit: 30 });
    const second = await stripe.customers.list({ limit: 30, starting_after: first.data.at(-1)?.id ?? "" });
    expect(first.has_more).toBe(true);
    const back = await stripe.customers.list({ limit: 30, ending_before: second.data[0]?.id ?? "" });
    expect(back.data.map(({ id }) => id)).toEqual(first.data.map(({ id }) => id));
  });

  it("says that there is more only when there is", async () => {
    const email = `${crypto.randomUUID()}@acme.test`;
    for (let at = 0; at < 3; at += 1) await stripe.customers.create({ email });
    const pages = await Promise.all([2, 3, 4].map((limit) => stripe.customers.list({ email, limit })));
    expect(pages.map(({ data, has_more: more }) => [data.length, more])).toEqual([
      [2, true],
      [3, false],
      [3, false],
    ]);
  });

  it("has at most 100 on a page, and knows its cursor", async () => {
    expect(await refusal(stripe.customers.list({ limit: 101 }))).toMatchObject({ statusCode: 400, param: "limit" });
    expect(await refusal(stripe.customers.list({ limit: 0 }))).toMatchObject({ statusCode: 400, param: "limit" });
    expect(await refusal(stripe.customers.list({ starting_after: "cus_none" }))).toMatchObject({
      code: "resource_missing",
      param: "starting_after",
    });
    expect(await refusal(stripe.customers.list({ starting_after: "a", ending_before: "b" }))).toMatchObject({
      code: "parameters_exclusive",
    });
  });

  it("can be of a time", async () => {
    const { id, created } = await stripe.customers.create({});
    expect((await stripe.customers.list({ created: { gte: created }, limit: 100 })).data.map((each) => each.id)).toContain(id);
    expect((await stripe.customers.list({ created: { gt: created + 5 } })).data).toEqual([]);
  });
});

describe("expand", () => {
  it("puts objects where ids stand, inside objects and lists", async () => {
    const price = await makePrice(stripe, { name: "Team", amount: 0 });
    const { id: customer } = await stripe.customers.create({ name: "Acme" });
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      expand: ["customer", "items.data.price.product", "latest_invoice.customer"],
    });
    expect(made).toMatchObject({ customer: { name: "Acme" }, latest_invoice: { object: "invoice", customer: { id: customer } } });
    expect(made.items.data[0]?.price.product).toMatchObject({ object: "product", name: "Team" });
    const listed = await stripe.subscriptions.list({ customer, expand: ["data.latest_invoice", "data.default_payment_method"] });
    expect(listed.data[0]).toMatchObject({ customer, latest_invoice: { status: "paid" }, default_payment_method: null });
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({
      customer,
      latest_invoice: expect.stringMatching(/^in_/),
    });
  });

  it("refuses what is no object, what isn't there, and what is too deep", async () => {
    const { id } = await stripe.customers.create({ name: "Acme" });
    expect(await refusal(stripe.customers.retrieve(id, { expand: ["name"] }))).toMatchObject({
      message: "This property cannot be expanded (name).",
    });
    expect(await refusal(stripe.customers.list({ expand: ["castle"] }))).toMatchObject({
      message: expect.stringContaining("'data.castle'"),
    });
    const before = await stripe.customers.list({ limit: 1 });
    expect(await refusal(stripe.customers.create({ expand: ["castle"] }))).toMatchObject({ statusCode: 400, param: "expand" });
    expect((await stripe.customers.list({ limit: 1 })).data).toEqual(before.data);
    expect(await refusal(stripe.customers.retrieve(id, { expand: ["a.b.c.d.e"] }))).toMatchObject({
      message: expect.stringContaining("more than 4 levels"),
    });
  });
});
