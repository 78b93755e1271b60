import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningStripe, startStripe } from "./start.js";
import { refusal } from "./steps.js";

/** Idempotency keys, and each fault on demand: what was done, what the `stripe` package makes of it. */

let running: RunningStripe;
beforeAll(async () => {
  running = await startStripe();
});
afterEach(() => running.control.clearFaults());
afterAll(async () => {
  expect(running.control.violations()).toEqual([]);
  await running.close();
});

function client(options: Stripe.StripeConfig = {}): Stripe {
  const { host, port, key } = running;
  return new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0, telemetry: false, ...options });
}

const made = async (email: string) => (await client().customers.list({ email })).data.length;
const fresh = () => `${crypto.randomUUID()}@acme.test`;

describe("an idempotency key", () => {
  it("gives the first answer again and does nothing twice", async () => {
    const email = fresh();
    const idempotencyKey = crypto.randomUUID();
    const first = await client().customers.create({ email }, { idempotencyKey });
    const again = await client().customers.create({ email }, { idempotencyKey });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(again.lastResponse.headers["original-request"]).toBe(first.lastResponse.requestId);
    expect(first.lastResponse.headers).not.toHaveProperty("idempotent-replayed");
    expect(await made(email)).toBe(1);
  });

  it("refuses other parameters and another address", async () => {
    const idempotencyKey = crypto.randomUUID();
    await client().customers.create({ email: fresh() }, { idempotencyKey });
    const other = await refusal(client().customers.create({ email: fresh() }, { idempotencyKey }));
    expect(other).toMatchObject({ type: "StripeIdempotencyError", statusCode: 400, rawType: "idempotency_error" });
    expect(other.message).toContain("can only be used with the same parameters they were first used with");
    expect((await refusal(client().products.create({ name: "x" }, { idempotencyKey }))).message).toContain(
      "for the same endpoint",
    );
  });

  it("lets one of two racing clients in; the other is told, asks again, and gets the same", async () => {
    const email = fresh();
    const idempotencyKey = crypto.randomUUID();
    running.control.fault({ kind: "slow", delay: 400, path: "/v1/customers" });
    const racing = [0, 1].map(() =>
      client()
        .customers.create({ email }, { idempotencyKey })
        .then(
          ({ id }) => id,
          (error: Stripe.errors.StripeError) => error.code,
        ),
    );
    const outcomes = await Promise.all(racing);
    expect(outcomes).toContain("idempotency_key_in_use");
    expect(outcomes.filter((outcome) => outcome?.startsWith("cus_"))).toHaveLength(1);
    running.control.fault({ kind: "slow", delay: 400, path: "/v1/customers" });
    const second = { email: fresh() };
    const key = crypto.randomUUID();
    const patient = await Promise.all(
      [0, 1].map(() => client({ maxNetworkRetries: 3 }).customers.create(second, { idempotencyKey: key })),
    );
    expect(patient[0]?.id).toBe(patient[1]?.id);
    expect([await made(email), await made(second.email)]).toEqual([1, 1]);
  });

  it("keeps a refusal by the bank, and not one of the parameters", async () => {
    const { id: customer } = await client().customers.create({});
    const attach = (card: string, idempotencyKey: string) =>
      refusal(client().paymentMethods.attach(card, { customer }, { idempotencyKey }));
    expect(await attach("pm_card_chargeDeclined", "kept")).toMatchObject({ code: "card_declined" });
    const again = await attach("pm_card_chargeDeclined", "kept");
    expect([again.code, again.headers?.["idempotent-replayed"]]).toEqual(["card_declined", "true"]);
    const wrong = { limit: 3 } as Stripe.CustomerCreateParams;
    expect(await refusal(client().customers.create(wrong, { idempotencyKey: "new" }))).toMatchObject({
      code: "parameter_unknown",
    });
    expect((await client().customers.create({}, { idempotencyKey: "new" })).id).toMatch(/^cus_/);
  });
});

describe("on demand", () => {
  it("429 with Retry-After does nothing and isn't retried by the package", async () => {
    running.control.fault({ kind: "rate_limit", retryAfter: 7, path: "/v1/customers" });
    const email = fresh();
    const error = await refusal(client({ maxNetworkRetries: 5 }).customers.create({ email }));
    expect(error).toMatchObject({ type: "StripeRateLimitError", statusCode: 429, code: "rate_limit" });
    expect(error.headers?.["retry-after"]).toBe("7");
    expect(await made(email)).toBe(0);
  });

  it("a limit of requests a second holds until the second is over", async () => {
    running.control.rateLimit({ requestsPerSecond: 3 });
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => client().balance.retrieve()));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    running.control.rateLimit();
    await client().balance.retrieve();
  });

  it("500 does nothing, and the package's second try does it", async () => {
    running.control.fault({ kind: "error", times: 2, path: "/v1/customers" });
    const email = fresh();
    expect(await refusal(client().customers.create({ email }))).toMatchObject({ type: "StripeAPIError", statusCode: 500 });
    expect(await made(email).catch(({ statusCode }) => statusCode)).toBe(500);
    running.control.fault({ kind: "error", status: 503, method: "POST" });
    await client({ maxNetworkRetries: 1 }).customers.create({ email });
    expect(await made(email)).toBe(1);
  });

  it("500 when all was done stays 500 under its key: only looking tells", async () => {
    const email = fresh();
    const idempotencyKey = crypto.randomUUID();
    running.control.fault({ kind: "error_after", method: "POST" });
    expect(await refusal(client().customers.create({ email }, { idempotencyKey }))).toMatchObject({ statusCode: 500 });
    expect(await refusal(client().customers.create({ email }, { idempotencyKey }))).toMatchObject({ statusCode: 500 });
    expect(await made(email)).toBe(1);
  });

  it("a connection that drops before has done nothing, one that drops after has done it all", async () => {
    const before = fresh();
    running.control.fault({ kind: "drop", method: "POST", times: 2 });
    expect(await refusal(client().customers.create({ email: before }))).toMatchObject({ type: "StripeConnectionError" });
    expect(await made(before)).toBe(0);
    running.control.clearFaults();
    const after = fresh();
    const idempotencyKey = crypto.randomUUID();
    running.control.fault({ kind: "drop_after", method: "POST", times: 2 });
    expect(await refusal(client().customers.create({ email: after }, { idempotencyKey }))).toMatchObject({
      type: "StripeConnectionError",
    });
    expect(await made(after)).toBe(1);
    running.control.clearFaults();
    await client().customers.create({ email: after }, { idempotencyKey });
    expect(await made(after)).toBe(1);
  });

  it("no answer at all until the client gives up, though all was done", async () => {
    const email = fresh();
    running.control.fault({ kind: "hang_after", method: "POST" });
    const error = await refusal(client({ timeout: 300 }).customers.create({ email }));
    expect(error).toMatchObject({ type: "StripeConnectionError", message: expect.stringContaining("timeout") });
    expect(await made(email)).toBe(1);
  });

  it("after some that went well, to a place of choice, and it is written down", async () => {
    running.control.fault({ kind: "error", path: "/v1/products", skip: 1 });
    await client().customers.create({});
    await client().products.create({ name: "first" });
    expect(await refusal(client().products.create({ name: "second" }))).toMatchObject({ statusCode: 500 });
    await client().products.create({ name: "third" });
    const log = running.control.requests().filter(({ path }) => path === "/v1/products");
    expect(log.slice(-3).map(({ status, params }) => [status, params.name])).toEqual([
      [200, "first"],
      [500, "second"],
      [200, "third"],
    ]);
  });
});
