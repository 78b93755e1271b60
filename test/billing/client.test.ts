import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { BillingClient } from "../../src/billing/client.js";
import { RequestLimiter } from "../../src/billing/request-limiter.js";
import { AzoraError } from "../../src/errors.js";
import type { FaultRule } from "../stripe/control/faults.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { clientOf, collect, patientLimiter } from "./stripe.js";

/** What the one way to Stripe does when Stripe is busy, broken or says no. */

let running: RunningStripe;
beforeAll(async () => {
  running = await startStripe();
});
afterEach(() => running.control.clearFaults());
afterAll(async () => {
  expect(running.control.violations()).toEqual([]);
  await running.close();
});

const makeCustomer = (billing: BillingClient, email: string) =>
  billing.write({ action: "make the customer", step: "customer", parts: [email] }, (stripe, options) =>
    stripe.customers.create({ email }, options),
  );
const count = async (email: string) => {
  const found = clientOf(running).each("count", (stripe, cursor) => stripe.customers.list({ email, ...cursor }));
  return (await collect(found)).length;
};
const fresh = () => `${crypto.randomUUID()}@acme.test`;
const requestsSince = (start: number) =>
  running.control
    .requests()
    .slice(start)
    .map(({ status }) => status);

async function failure(call: Promise<unknown>): Promise<AzoraError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AzoraError) return error;
  throw new Error(`No AzoraError: ${error}`);
}

describe("told to wait", () => {
  it("waits as long as Stripe says and asks again, under the same key", async () => {
    running.control.fault({ kind: "rate_limit", retryAfter: 3, times: 2 });
    const { limiter, waits } = patientLimiter();
    const start = running.control.requests().length;
    const email = fresh();
    await makeCustomer(clientOf(running, { limiter }), email);
    expect(requestsSince(start)).toEqual([429, 429, 200]);
    expect(waits.map((wait) => Math.round(wait))).toEqual([3000, 3000]);
    const keys = running.control
      .requests()
      .slice(start)
      .map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(1);
    expect(await count(email)).toBe(1);
  });

  it("waits longer each time when Stripe doesn't say, and gives up in the end", async () => {
    running.control.fault({ kind: "rate_limit", times: 100 });
    const { limiter, waits } = patientLimiter();
    const error = await failure(makeCustomer(clientOf(running, { limiter }), fresh()));
    expect(error).toMatchObject({ code: "UNREACHABLE", exit: 8 });
    expect(error.message).toContain("no money moved");
    expect(waits.length).toBeGreaterThan(4);
    for (const [at, wait] of waits.slice(0, 5).entries()) {
      expect(wait).toBeGreaterThanOrEqual(250 * 2 ** at);
      expect(wait).toBeLessThanOrEqual(500 * 2 ** at);
    }
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(60_000);
  });

  it("makes everybody wait, also who stands in line already", async () => {
    const { limiter, waits } = patientLimiter(10);
    await limiter.turn();
    limiter.pause(5000);
    await limiter.turn();
    await limiter.turn();
    expect(waits.map((wait) => Math.round(wait))).toEqual([5000, 100]);
  });

  it("keeps below Stripe's limit by itself", async () => {
    running.control.rateLimit({ requestsPerSecond: 25 });
    const start = running.control.requests().length;
    const billing = clientOf(running, {
      limiter: new RequestLimiter({ requestsPerSecond: 15 }),
    });
    await Promise.all(Array.from({ length: 20 }, () => billing.read("look", (stripe) => stripe.balance.retrieve())));
    expect(requestsSince(start)).toEqual(new Array(20).fill(200));
  });
});

describe("without a good answer", () => {
  it("is asked again by the package alone: three times and no more", async () => {
    running.control.fault({ kind: "error", times: 100 });
    const start = running.control.requests().length;
    const error = await failure(makeCustomer(clientOf(running), fresh()));
    expect(requestsSince(start)).toEqual([500, 500, 500]);
    expect(error).toMatchObject({ code: "UNREACHABLE", exit: 8 });
    expect(error.message).toContain("not known yet");
  });

  it.each<FaultRule["kind"]>(["drop", "drop_after", "hang_after"])("after %s a new process does it once", async (kind) => {
    const email = fresh();
    running.control.fault({ kind, method: "POST", times: 100 });
    const impatient = clientOf(running, { timeout: 400 });
    expect((await failure(makeCustomer(impatient, email))).message).toContain("not known yet");
    running.control.clearFaults();
    await makeCustomer(clientOf(running), email);
    expect(await count(email)).toBe(1);
  });

  it("and with a key of its own for each process it would be done twice", async () => {
    const email = fresh();
    running.control.fault({ kind: "drop_after", method: "POST", times: 100 });
    const perProcess = (attempt: number) =>
      clientOf(running).write({ action: "make the customer", step: "customer", parts: [email, attempt] }, (stripe, options) =>
        stripe.customers.create({ email }, options),
      );
    await failure(perProcess(1));
    running.control.clearFaults();
    await perProcess(2);
    expect(await count(email)).toBe(2);
  });

  it("says of a read that nothing was changed", async () => {
    running.control.fault({ kind: "drop", times: 100 });
    const error = await failure(clientOf(running).read("read the balance", (stripe) => stripe.balance.retrieve()));
    expect(error.message).toBe(
      "Could not read the balance: there was no answer from Stripe. Nothing was changed at Stripe and no money moved.",
    );
  });
});

describe("refused", () => {
  it("by the bank, says that no money moved", async () => {
    const billing = clientOf(running);
    const { id: customer } = await makeCustomer(billing, fresh());
    const write = { action: "attach the card", step: "card", parts: [customer] };
    const error = await failure(
      billing.write(write, (stripe, options) => stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer }, options)),
    );
    expect(error).toMatchObject({ code: "CONFLICT", exit: 5 });
    expect(error.message).toMatch(
      /^Could not attach the card: Your card was declined\. \(Stripe request req_\w+\) No money moved\.$/,
    );
  });

  it.each([
    ["an unknown key", "sk_test_wrong", "AUTHENTICATION_FAILED"],
    ["a key without the right", "rk_test_none", "NOT_PERMITTED"],
  ])("for %s", async (_what, key, code) => {
    running.control.restrictKey("rk_test_none", []);
    const error = await failure(makeCustomer(clientOf({ url: running.url, key }), fresh()));
    expect(error).toMatchObject({ code, exit: 4 });
    expect(error.message).toContain("no money moved");
    expect(JSON.stringify([error.message, error.hint])).not.toContain(key);
  });

  it("for what isn't there, for what is wrong, and for another step's key", async () => {
    const billing = clientOf(running);
    expect(await failure(billing.read("read it", (stripe) => stripe.customers.retrieve("cus_none")))).toMatchObject({
      code: "NOT_FOUND",
      exit: 3,
    });
    expect(await failure(billing.read("list", (stripe) => stripe.customers.list({ limit: 1000 })))).toMatchObject({
      code: "FAILURE",
    });
    const write = { action: "make the customer", step: "same", parts: [1] };
    await billing.write(write, (stripe, options) => stripe.customers.create({ name: "a" }, options));
    const error = await failure(billing.write(write, (stripe, options) => stripe.customers.create({ name: "b" }, options)));
    expect(error).toMatchObject({ code: "CONFLICT" });
  });
});

it("reads a long list page by page", async () => {
  const billing = clientOf(running);
  const name = crypto.randomUUID();
  const made = await Promise.all(
    Array.from({ length: 250 }, (_, at) =>
      billing.write({ action: "make", step: "many", parts: [name, at] }, (stripe, options) =>
        stripe.customers.create({ email: `${name}@acme.test` }, options),
      ),
    ),
  );
  const start = running.control.requests().length;
  const found = billing.each("list", (stripe, cursor) => stripe.customers.list({ email: `${name}@acme.test`, ...cursor }));
  const ids = (await collect(found)).map(({ id }) => id);
  expect(new Set(ids)).toEqual(new Set(made.map(({ id }) => id)));
  expect(requestsSince(start)).toEqual([200, 200, 200]);
});
