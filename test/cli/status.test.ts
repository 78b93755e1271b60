import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.js";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { lastCheck, rememberCheck } from "../../src/installation/overview/last-check.js";
import type { Verification } from "../../src/isolation/verification.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { type Azora, initialised } from "./azora.js";

let azora: Azora;
beforeAll(async () => {
  azora = await initialised();
});
afterAll(() => azora.remove());

const commands = (next: readonly { command: string }[]) => next.map(({ command }) => command);

describe("azora alone", () => {
  it("says on a new machine that there is nothing yet, and how to begin", async () => {
    const env = { AZORA_DATA_DIR: join(azora.home, "nothing-here") };
    const { exit, stdout, stderr } = await azora.run([], env);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toMatch(/^Installation\tnone yet$/m);
    for (const command of ["azora quickstart", "azora init --embedded", "azora help"])
      expect(stdout).toMatch(new RegExp(`^${command}\\t`, "m"));
    const { document } = await azora.json([], env);
    expect(document).toMatchObject({
      ok: true,
      result: { installation: "none", database: null, tenants: null, lastCheck: null },
    });
  });

  it("follows an installation from no tenant to one that is checked, and finds what the check found", async () => {
    const empty = (await azora.json([])).document.result;
    expect(empty).toMatchObject({
      installation: "ready",
      engine: "embedded",
      database: { ok: true },
      login: { name: "azora_admin", role: "vendor-admin", plane: "control" },
      tenants: { active: 0, suspended: 0, purgeScheduled: 0, total: 0 },
      lastCheck: null,
    });
    expect(commands(empty.next)[0]).toMatch(/^azora tenant:create/);
    for (const slug of ["acme", "beta"]) await azora.run(["tenant:create", slug, "--slug", slug, "--owner-email", "o@acme.test"]);
    await azora.run(["tenant:suspend", "beta", "--reason", "x", "--yes"]);
    const text = await azora.run(["status"]);
    expect(text.stdout).toMatch(/^Tenants\t1 active, 1 suspended, 0 scheduled for purge$/m);
    expect(text.stdout).toMatch(/^Last check\tnever, on this machine$/m);

    expect((await azora.run(["isolation:verify", "--static-only"])).exit).toBe(0);
    const file = join(azora.dataDir, "last-check.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const checked = (await azora.json([])).document.result;
    expect(checked.lastCheck).toMatchObject({ verdict: "clean", violations: 0, staticOnly: true, selfTest: false });

    const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
    await (await engine.pool("owner")).query("ALTER TABLE tenant.documents NO FORCE ROW LEVEL SECURITY");
    await engine.close();
    expect((await azora.run(["isolation:verify", "--static-only"])).exit).toBe(9);
    const { lastCheck, next } = (await azora.json([])).document.result;
    expect(lastCheck.violations).toBeGreaterThan(0);
    expect(lastCheck.verdict).toBe("violations");
    expect(commands(next)[0]).toBe("azora isolation:verify");
  });

  it("doesn't take the check of another database for its own, nor a broken record for a check", async () => {
    const file = join(azora.dataDir, "last-check.json");
    const record = JSON.parse(readFileSync(file, "utf8"));
    for (const wrong of [
      JSON.stringify({ ...record, database: "elsewhere:5432/azora" }),
      "{",
      JSON.stringify({ ...record, version: 2 }),
    ]) {
      writeFileSync(file, wrong);
      expect((await azora.json([])).document.result.lastCheck).toBeNull();
    }
    writeFileSync(file, JSON.stringify(record));
    expect((await azora.json([])).document.result.lastCheck).not.toBeNull();
  });

  it("says who has the embedded database, and doesn't wait", async () => {
    const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
    await engine.pool("owner");
    try {
      const { exit, document } = await azora.json([]);
      expect(exit).toBe(0);
      expect(document.result).toMatchObject({
        database: { ok: false, code: "LOCKED", message: expect.stringContaining(`${process.pid}`) },
      });
    } finally {
      await engine.close();
    }
  });
});

describe("a server", () => {
  it("is asked as whoever one is; who may not count tenants is told how", async () => {
    const world = await World.open("server");
    const { serverUrl, password } = world.prepared;
    const urls = urlsOf(serverUrl, world.place, password, OPERATORS.support);
    const env = { AZORA_DATA_DIR: join(azora.home, "server") };
    const ask = async (variables: Record<string, string>) => (await azora.json([], { ...env, ...variables })).document.result;
    // A busy machine may take longer than the two seconds that are waited.
    const asked = (variables: Record<string, string>) => expect.poll(() => ask(variables), { timeout: 40_000 });
    const found = { installation: "ready", engine: "server", database: { ok: true }, lastCheck: null };
    await asked({ AZORA_CONTROL_URL: urls.control }).toMatchObject({
      ...found,
      login: { name: OPERATORS.support, role: "support", plane: "control" },
      tenants: { active: 2, total: 2 },
    });
    await asked({ AZORA_OWNER_URL: urls.owner }).toMatchObject({ ...found, login: { plane: "owner" }, tenants: { total: 2 } });
    await asked({ AZORA_TENANT_URL: urls.tenant }).toMatchObject({
      ...found,
      login: { name: "azora_runtime", role: null, plane: "tenant" },
      tenants: null,
    });
    await world.close();
  }, 150_000);

  it("is the same to who checks it and to who asks when", () => {
    const [owner, control] = ["postgresql://owner@db.example/azora", "postgresql://ada:x@db.example:5432/azora"];
    const dataDir = join(azora.home, "checked");
    const at = (variables: Record<string, string>) => loadConfig({ AZORA_DATA_DIR: dataDir, ...variables });
    const verification = { checkedAt: "2026-11-23T10:00:00Z", verdict: "clean", findings: [], unclear: [], selfTest: [] };
    rememberCheck(at({ AZORA_OWNER_URL: owner }), verification as unknown as Verification, { staticOnly: false });
    expect(lastCheck(at({ AZORA_CONTROL_URL: control }))).toMatchObject({ verdict: "clean", selfTest: true });
    expect(lastCheck(at({ AZORA_CONTROL_URL: control.replace("/azora", "/another") }))).toBeNull();
  });
});

describe("a server that doesn't answer", () => {
  it("is named without its password, with a way on, and the exit code is 0", async () => {
    const { exit, stdout, stderr } = await azora.run([], { AZORA_CONTROL_URL: "postgresql://op:hunter2@127.0.0.1:1/azora" });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toMatch(/^Problem\t\[UNREACHABLE\] .*op:\*\*\*@127\.0\.0\.1:1/m);
    expect(stdout).toContain("azora doctor\t");
    expect(stdout).not.toContain("hunter2");
  });

  it("is waited for two seconds, whatever it does instead of answering", async () => {
    // Takes the connection and says nothing.
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as { port: number };
    const begun = performance.now();
    const { exit, document } = await azora.json([], { AZORA_CONTROL_URL: `postgresql://op@127.0.0.1:${port}/azora` });
    const took = performance.now() - begun;
    silent.close();
    expect(exit).toBe(0);
    expect(document.result.database).toMatchObject({ ok: false, code: "UNREACHABLE" });
    expect(took).toBeGreaterThan(1900);
    // Far below the ten seconds that other commands wait, with room for a busy machine.
    expect(took).toBeLessThan(8000);
  });
});

it("settings that can't be read are what it says, not what it fails of", async () => {
  const { exit, document } = await azora.json([], { AZORA_CONTROL_URL: "https://example.test" });
  expect(exit).toBe(0);
  expect(document.result).toMatchObject({ installation: "unreadable", database: { ok: false, code: "CONFIG_INVALID" } });
  expect(commands(document.result.next)[0]).toBe("azora config");
});
