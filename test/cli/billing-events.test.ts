import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Billed, fresh } from "../billing/billed.js";
import { differences } from "../billing/differences.js";
import { OPERATORS } from "../support/prepare.js";
import { World } from "../support/world.js";
import { Azora, initialised, RUN } from "./azora.js";
import { billingEnvironment, WEBHOOK_SECRET } from "./billing-process.js";

/** The three commands as processes: what they print, how they end, and what a signal does to the receiver. */

const azora = new Azora();
let world: World;
let billed: Billed;
let env: Record<string, string>;

beforeAll(async () => {
  world = await World.open("server");
  billed = await Billed.open(world, [fresh(), fresh()]);
  env = billingEnvironment(world, billed.running, OPERATORS.billing);
});
afterAll(async () => {
  await billed.close();
  await world.close();
  await azora.remove();
});

const first = () => billed.tenants[0] as (typeof billed.tenants)[number];
/** One that doesn't cancel. */
const other = () => billed.tenants[1] as (typeof billed.tenants)[number];
const change = async () => {
  const { cancel_at_period_end: isLeaving } = await billed.api.subscriptions.retrieve(first().subscription);
  await billed.api.subscriptions.update(first().subscription, { cancel_at_period_end: !isLeaving });
};

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

/** Starts a receiver on any free port and waits until it listens. */
async function receiver(...args: string[]): Promise<Running> {
  const variables = { PATH: process.env.PATH ?? "", HOME: azora.home, AZORA_DATA_DIR: azora.dataDir, ...env };
  const child = spawn(process.execPath, [RUN, "billing:webhook", "--port", "0", ...args], { env: variables, cwd: azora.home });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const ended = once(child, "close").then(([exit]) => exit as number | null);
  for (;;) {
    const [, url] = /Listening on (http:\S+)/.exec(output.stderr) ?? [];
    if (url) return { child, url, output, ended };
    if (child.exitCode !== null) throw new Error(`The receiver ended: ${output.stderr}`);
    await sleep(20);
  }
}

describe("billing:webhook", () => {
  it("takes in what Stripe delivers, a line an event, and stops when it is told to", async () => {
    const { child, url, output, ended } = await receiver("--json");
    const { control } = billed.running;
    control.listen({ url, secret: WEBHOOK_SECRET });
    await change();
    const delivered = await control.deliver({ order: "reversed", copies: 2 });
    expect(delivered.map(({ status }) => status)).toEqual(delivered.map(() => 200));
    expect(await differences(billed)).toEqual([]);
    const forged = { method: "POST", body: "{}", headers: { "Stripe-Signature": "t=1,v1=00" } };
    expect((await fetch(url, forged)).status).toBe(400);
    await change();
    control.fault({ kind: "slow", delay: 700, path: "/v1/subscriptions", method: "GET" });
    const underWay = control.deliver();
    await sleep(300);
    child.kill("SIGTERM");
    expect((await underWay).map(({ status }) => status)[0]).toBe(200);
    expect(await ended).toBe(0);
    const lines = output.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { outcome: string; subscription: string });
    expect(lines.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(["changed", "duplicate"]));
    expect(output.stderr).toContain("Turned away (400): Stripe-Signature: malformed.");
    expect(output.stderr + output.stdout).not.toContain(WEBHOOK_SECRET);
    expect(await differences(billed)).toEqual([]);
    control.forgetDeliveries();
  });

  it("says what is wrong with a port, an address, a secret, an engine, and warns beyond loopback", async () => {
    const { child, url, output, ended } = await receiver("--host", "0.0.0.0");
    expect(output.stderr).toContain("beyond loopback");
    const taken = await azora.json(["billing:webhook", "--host", "0.0.0.0", "--port", new URL(url).port], env);
    expect(taken).toMatchObject({ exit: 5, document: { error: { code: "CONFLICT" } } });
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    const without = await azora.json(["billing:webhook", "--port", "0"], { ...env, STRIPE_WEBHOOK_SECRET: "" });
    expect(without).toMatchObject({ exit: 4, document: { error: { code: "BILLING_NOT_CONFIGURED" } } });
    const wrong = await azora.json(["billing:webhook", "--port", "0"], { ...env, STRIPE_WEBHOOK_SECRET: "sk_test_secret" });
    expect(wrong).toMatchObject({ exit: 2, document: { error: { code: "CONFIG_INVALID" } } });
    expect(wrong.stdout + wrong.stderr).not.toContain("sk_test_secret");
    expect(await azora.json(["billing:webhook", "--port", "70000"], env)).toMatchObject({ exit: 2 });
    const embedded = await initialised();
    const { STRIPE_API_KEY, STRIPE_API_BASE, STRIPE_WEBHOOK_SECRET } = env;
    const stripe = {
      STRIPE_API_KEY: STRIPE_API_KEY ?? "",
      STRIPE_API_BASE: STRIPE_API_BASE ?? "",
      STRIPE_WEBHOOK_SECRET: STRIPE_WEBHOOK_SECRET ?? "",
    };
    expect(await embedded.json(["billing:webhook"], stripe)).toMatchObject({ exit: 2, document: { error: { code: "USAGE" } } });
    await embedded.remove();
  });
});

describe("billing:events", () => {
  it("takes in what was missed; says so when Stripe is away, or has forgotten", async () => {
    await change();
    const { exit, document } = await azora.json(["billing:events"], env);
    expect({ exit, failed: document.result.failed }).toEqual({ exit: 0, failed: [] });
    expect(await differences(billed)).toEqual([]);
    billed.running.control.fault({ kind: "drop", times: 100 });
    const away = await azora.json(["billing:events"], env);
    billed.running.control.clearFaults();
    expect(away).toMatchObject({
      exit: 8,
      document: { error: { code: "UNREACHABLE", message: expect.stringContaining("no money moved") } },
    });
    await world.look("UPDATE control.stripe_event_cursor SET read_at = read_at - interval '31 days'");
    const missed = await azora.json(["billing:events"], env);
    expect(missed).toMatchObject({
      exit: 9,
      document: {
        ok: false,
        error: { message: expect.stringContaining("No money moved"), hint: expect.stringContaining("billing:sync") },
      },
    });
    expect((await azora.run(["billing:sync"], env)).exit).toBe(0);
    expect((await azora.run(["billing:events"], env)).exit).toBe(0);
  });

  it("without a key says what is missing", async () => {
    const { exit, document } = await azora.json(["billing:events"], { ...env, STRIPE_API_KEY: "" });
    expect({ exit, code: document.error?.code }).toEqual({ exit: 4, code: "BILLING_NOT_CONFIGURED" });
  });
});

describe("billing:enforce", () => {
  it("asks first, stops nobody beyond --max, and says whom it has stopped", async () => {
    for (const tenant of billed.tenants) await billed.setCard(tenant, false);
    billed.pass(32);
    await azora.run(["billing:events"], env);
    expect(await azora.json(["billing:enforce"], env)).toMatchObject({
      exit: 6,
      document: { error: { code: "NEEDS_CONFIRMATION" } },
    });
    const grace = await azora.json(["billing:enforce", "--yes"], env);
    expect(grace.document.result.steps.map(({ step }: { step: string }) => step)).toEqual(
      expect.arrayContaining(["grace", "grace"]),
    );
    await billed.passHere(14);
    const dry = await azora.run(["billing:enforce", "--dry-run"], env);
    expect(dry).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(new RegExp(`^${other().slug}\\tdue: read-only\\t`, "m")),
    });
    const tooMany = await azora.json(["billing:enforce", "--yes", "--max", "1"], env);
    expect(tooMany).toMatchObject({
      exit: 9,
      document: { error: { message: expect.stringContaining("nobody was. No money moved") } },
    });
    expect((await billed.account(other())).status).toBe("active");
    const done = await azora.json(["billing:enforce", "--yes"], env);
    expect(done.exit).toBe(0);
    expect(await billed.account(other())).toMatchObject({
      status: "suspended",
      suspension: "read_only",
      suspension_cause: "nonpayment",
    });
  });
});
