import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { billingEnvironment } from "../cli/billing-process.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";

const units = fileURLToPath(new URL("../../docs/systemd", import.meta.url));
const run = fileURLToPath(new URL("../../bin/run.js", import.meta.url));
const services = readdirSync(units).filter((name) => name.endsWith(".service"));
const timers = readdirSync(units).filter((name) => name.endsWith(".timer"));
const hasAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0;

/** Each value of a key in a unit, in order. */
function valuesOf(unit: string, key: string): readonly string[] {
  return [...readFileSync(join(units, unit), "utf8").matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(
    ([, value]) => value as string,
  );
}

describe("docs/systemd", () => {
  const home = mkdtempSync(join(tmpdir(), "azora-systemd-"));
  const state = join(home, "state");
  let world: World;
  let stripe: RunningStripe;

  beforeAll(async () => {
    [world, stripe] = await Promise.all([World.open("server"), startStripe()]);
    const { serverUrl, password, contextKey, signingKey } = world.prepared;
    mkdirSync(state);
    const { tenant: tenantUrl } = urlsOf(serverUrl, world.place, password);
    writeFileSync(
      join(state, "config.json"),
      JSON.stringify({ version: 1, engine: "server", tenantUrl, contextKey, signingKey }),
    );
    const { exit, stderr } = await start([run, "billing:connect", "--yes"], billingEnvironment(world, stripe)).ended;
    expect(exit, stderr).toBe(0);
  });
  afterAll(async () => {
    await stripe?.close();
    await world?.close();
    rmSync(home, { recursive: true, force: true });
  });

  function start(argv: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, argv, {
      env: { PATH: process.env.PATH ?? "", ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<{ exit: number | null; stderr: string }>((resolve) =>
      child.once("close", (exit) => resolve({ exit, stderr })),
    );
    return { child, ended, said: () => stderr };
  }

  /** What systemd would run, with the directories of this test in place of the machine's. */
  function startUnit(unit: string, { without = "" }: { readonly without?: string } = {}) {
    const billing = billingEnvironment(world, stripe);
    const credentials = mkdtempSync(join(home, "credentials-"));
    const secrets: Record<string, string> = {
      "control-url": billing.AZORA_CONTROL_URL ?? "",
      "stripe-key": billing.STRIPE_API_KEY,
      "webhook-secret": billing.STRIPE_WEBHOOK_SECRET,
    };
    for (const value of valuesOf(unit, "LoadCredential")) {
      const [name = ""] = value.split(":");
      expect(secrets[name], name).toBeDefined();
      if (name !== without) writeFileSync(join(credentials, name), secrets[name] as string, { mode: 0o600 });
    }
    const local = (text: string) => text.replaceAll("/var/lib/azora", state).replaceAll("%d", credentials);
    const env = Object.fromEntries(valuesOf(unit, "Environment").map((value) => local(value).split(/=(.*)/s).slice(0, 2)));
    const [program, ...words] = (valuesOf(unit, "ExecStart")[0] ?? "").split(" ");
    expect(program).toBe("/usr/bin/azora");
    // Its port may be somebody else's here, and Stripe is on loopback.
    const argv = words.map((word) => (word === "8250" ? "0" : local(word)));
    return start([run, ...argv], { ...env, STRIPE_API_BASE: stripe.url });
  }

  it("has a service for each timer, and a timer for each service that ends", () => {
    const ending = services.filter((unit) => valuesOf(unit, "Type")[0] === "oneshot");
    expect(timers.map((unit) => unit.replace(".timer", ".service"))).toEqual(ending);
    expect(services).toHaveLength(6);
  });

  it.each(services.filter((unit) => unit !== "azora-webhook.service"))("%s does its work", async (unit) => {
    const { exit, stderr } = await startUnit(unit).ended;
    expect(exit, stderr).toBe(0);
  });

  it("azora-audit-seal.service leaves its checkpoints in the directory that it may write to", () => {
    expect(readFileSync(join(state, "checkpoints.jsonl"), "utf8").trim().split("\n").length).toBeGreaterThan(1);
  });

  it("azora-webhook.service listens until it is told to stop", async () => {
    const { child, ended, said } = startUnit("azora-webhook.service");
    await expect.poll(said, { timeout: 30_000 }).toMatch(/127\.0\.0\.1:\d+/);
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ exit: 0 });
  });

  it("a credential that isn't there stops the job, by name", async () => {
    const { exit, stderr } = await startUnit("azora-billing-sync.service", { without: "stripe-key" }).ended;
    expect({ exit, stderr }).toMatchObject({ exit: 2, stderr: expect.stringContaining("STRIPE_API_KEY_FILE") });
  });

  it.skipIf(!hasAnalyze)("is understood by systemd, and hardened (skipped where there is no systemd-analyze)", () => {
    const copies = join(home, "units");
    mkdirSync(copies);
    for (const unit of [...services, ...timers]) {
      // It looks for the program.
      const text = readFileSync(join(units, unit), "utf8").replace("/usr/bin/azora", process.execPath);
      writeFileSync(join(copies, unit), text);
    }
    const paths = readdirSync(copies).map((name) => join(copies, name));
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...paths], { encoding: "utf8" });
    expect({ status, stderr: stderr.split("\n").filter((line) => line.includes("azora-")) }).toEqual({ status: 0, stderr: [] });
    const security = (unit: string) =>
      spawnSync("systemd-analyze", ["security", "--offline=yes", "--threshold=20", join(copies, unit)]).status;
    for (const unit of services) expect(security(unit), unit).toBe(0);
    writeFileSync(join(copies, "open.service"), "[Service]\nExecStart=/bin/true\n");
    expect(security("open.service")).toBe(1);
  });
});
