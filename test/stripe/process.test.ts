import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningStripe, startStripe } from "./start.js";
import { refusal } from "./steps.js";

/** The counterpart as a process of its own, told what to do over HTTP; and an account in live mode and in real time. */

describe("as a process", () => {
  let child: ChildProcess;
  let place: { url: string; key: string };
  beforeAll(async () => {
    child = spawn(
      process.execPath,
      ["--import", "tsx", fileURLToPath(new URL("main.ts", import.meta.url)), "--key", "sk_test_process"],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    if (!child.stdout) throw new Error("The process has no output.");
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    place = JSON.parse(line);
  });
  afterAll(() => {
    if (child.exitCode === null) child.kill("SIGKILL");
  });

  const command = async (name: string, ...args: unknown[]) => {
    const response = await fetch(`${place.url}/_control/${name}`, { method: "POST", body: JSON.stringify(args) });
    return { status: response.status, text: await response.text() };
  };

  it("answers, obeys, and ends when it is told to", async () => {
    const { hostname: host, port } = new URL(place.url);
    const stripe = new Stripe(place.key, { host, port, protocol: "http", maxNetworkRetries: 0 });
    expect((await command("fault", { kind: "rate_limit", retryAfter: 2 })).status).toBe(200);
    expect(await refusal(stripe.balance.retrieve())).toMatchObject({ statusCode: 429 });
    expect(await stripe.balance.retrieve()).toMatchObject({ object: "balance" });
    const log = JSON.parse((await command("requests")).text) as { path: string; status: number }[];
    expect(log.map(({ path, status }) => [path, status])).toEqual([
      ["/v1/balance", 429],
      ["/v1/balance", 200],
    ]);
    expect(await command("violations")).toMatchObject({ text: "[]" });
    expect((await command("explode")).status).toBe(404);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

describe("an account", () => {
  const clientOf = ({ host, port, key }: RunningStripe) =>
    new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0 });

  it("in live mode says so on every object and has no test clocks", async () => {
    const running = await startStripe({ key: "sk_live_counterpart" });
    const stripe = clientOf(running);
    expect(await stripe.customers.create({})).toMatchObject({ livemode: true });
    expect(await refusal(stripe.testHelpers.testClocks.create({ frozen_time: 1_800_000_000 }))).toMatchObject({
      statusCode: 400,
    });
    await running.close();
  });

  it("renews what has no test clock by the clock that it was given", async () => {
    let now = Date.UTC(2026, 0, 1) / 1000;
    const running = await startStripe({ clock: () => now });
    const stripe = clientOf(running);
    const { id: price } = await stripe.prices.create({
      currency: "usd",
      unit_amount: 900,
      recurring: { interval: "month" },
      product_data: { name: "Team" },
    });
    const { id: customer } = await stripe.customers.create({ payment_method: "pm_card_visa" });
    const [card] = (await stripe.paymentMethods.list({ customer })).data;
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price }], default_payment_method: card?.id ?? "" });
    now = Date.UTC(2026, 3, 10) / 1000;
    running.control.runDue();
    const invoices = (await stripe.invoices.list({ subscription: id })).data;
    expect(invoices.map(({ status, created }) => [status, new Date(created * 1000).toISOString().slice(0, 10)])).toEqual([
      ["paid", "2026-04-01"],
      ["paid", "2026-03-01"],
      ["paid", "2026-02-01"],
      ["paid", "2026-01-01"],
    ]);
    await running.close();
  });
});
