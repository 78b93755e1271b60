import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningStripe, startStripe } from "./start.js";
import { refusal } from "./steps.js";

/** Events: what they carry, how long they are listed, and how they are delivered: signed, twice, in any order. */

const DAY = 86_400;
const SECRET = "whsec_counterpart";
let now = Math.floor(Date.now() / 1000);
let running: RunningStripe;
let stripe: Stripe;
let receiver: Server;
let received: { body: string; signature: string }[] = [];
let answers: number[] = [];

beforeAll(async () => {
  running = await startStripe({ clock: () => now });
  const { host, port, key } = running;
  stripe = new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0 });
  receiver = createServer(async (request, response) => {
    received.push({ body: await text(request), signature: String(request.headers["stripe-signature"]) });
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  running.control.listen({
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    secret: SECRET,
    types: ["customer.created", "customer.updated"],
  });
});
beforeEach(() => {
  running.control.forgetDeliveries();
  received = [];
  answers = [];
});
afterAll(async () => {
  expect(running.control.violations()).toEqual([]);
  receiver.close();
  await running.close();
});

describe("an event", () => {
  it("has the object as it was then, what changed, and the request that did it", async () => {
    const { id } = await stripe.customers.create({ name: "Acme" }, { idempotencyKey: "tell" });
    await stripe.customers.update(id, { name: "Acme Ltd" });
    const { data } = await stripe.events.list({ types: ["customer.created", "customer.updated"], limit: 2 });
    const [updated, created] = data;
    expect(created).toMatchObject({
      type: "customer.created",
      request: { idempotency_key: "tell", id: expect.stringMatching(/^req_/) },
    });
    expect(created?.data.object).toMatchObject({ id, name: "Acme" });
    expect(updated?.data).toMatchObject({ object: { name: "Acme Ltd" }, previous_attributes: { name: "Acme" } });
    expect(await stripe.events.retrieve(created?.id ?? "")).toEqual(created);
  });

  it("isn't made when nothing changed", async () => {
    const { id } = await stripe.customers.create({ name: "Acme" });
    const [last] = (await stripe.events.list({ limit: 1 })).data;
    await stripe.customers.update(id, { name: "Acme" });
    expect((await stripe.events.list({ limit: 1 })).data[0]?.id).toBe(last?.id);
  });

  it("is listed for 30 days", async () => {
    await stripe.customers.create({});
    const [event] = (await stripe.events.list({ limit: 1 })).data;
    now += 30 * DAY;
    expect((await stripe.events.list({ limit: 1 })).data[0]?.id).toBe(event?.id);
    now += 1;
    expect((await stripe.events.list({})).data).toEqual([]);
    expect(await refusal(stripe.events.retrieve(event?.id ?? ""))).toMatchObject({ statusCode: 404 });
  });
});

describe("a delivery", () => {
  const read = ({ body, signature }: { body: string; signature: string }) =>
    stripe.webhooks.constructEvent(body, signature, SECRET);
  const make = async (count: number) => {
    for (let at = 0; at < count; at += 1) await stripe.customers.create({ name: `c${at}` });
  };
  const names = () => received.map((each) => (read(each).data.object as Stripe.Customer).name);

  it("is signed so that the package believes it, and no other secret, body or old time", async () => {
    await make(1);
    expect(await running.control.deliver()).toMatchObject([{ type: "customer.created", status: 200 }]);
    const [got] = received;
    if (!got) throw new Error("Nothing was delivered.");
    expect(read(got).type).toBe("customer.created");
    expect(() => stripe.webhooks.constructEvent(got.body, got.signature, "whsec_other")).toThrow("signature");
    expect(() => stripe.webhooks.constructEvent(got.body.replace("c0", "c1"), got.signature, SECRET)).toThrow("signature");
    await make(1);
    await running.control.deliver({ timestamp: Math.floor(Date.now() / 1000) - 600 });
    expect(() => read(received[1] ?? got)).toThrow("Timestamp outside the tolerance zone");
  });

  it("comes as often and in the order that a test asks for", async () => {
    await make(3);
    await running.control.deliver({ order: "reversed" });
    expect(names()).toEqual(["c2", "c1", "c0"]);
    received = [];
    await make(8);
    await running.control.deliver({ order: "shuffled", seed: 7, copies: 2 });
    expect(names()).toHaveLength(16);
    expect(names()).not.toEqual([...names()].sort());
    expect(new Set(received.map((each) => read(each).id)).size).toBe(8);
  });

  it("waits for the next time when the receiver fails, and is lost when it is forgotten", async () => {
    await make(2);
    answers = [500];
    expect((await running.control.deliver()).map(({ status }) => status)).toEqual([500, 200]);
    expect((await running.control.deliver()).map(({ status }) => status)).toEqual([200]);
    expect(await running.control.deliver()).toEqual([]);
    await make(1);
    running.control.forgetDeliveries();
    expect(await running.control.deliver()).toEqual([]);
    expect((await stripe.events.list({ type: "customer.created", limit: 1 })).data).toHaveLength(1);
  });
});
