import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Config } from "../../src/config.js";
import type { Engine } from "../../src/database/engine.js";
import type { Check } from "../../src/installation/doctor/check.js";
import { checkClock, checkLogin, checkVersion } from "../../src/installation/doctor/connections.js";
import { checkConfigFile, checkNode } from "../../src/installation/doctor/machine.js";
import {
  checkControlRights,
  checkRowSecurity,
  checkRuntimeRights,
  checkSharedFunctions,
} from "../../src/installation/doctor/rights.js";
import { checkContextKey, checkMigrations, checkSigningKey } from "../../src/installation/doctor/schema-and-keys.js";
import { makeSigningKey, parseSigningKey } from "../../src/signing.js";
import { World } from "../support/world.js";

// On the embedded engine alone: breaking a login breaks it for a whole cluster, and this one is the test's own.
describe("doctor's checks, each sound and each broken", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open("embedded", inject("prepared"));
  });
  afterAll(() => world?.close());

  const pool = (login: "control" | "tenant") => world.engine.pool(login);
  const settings = (secret: Buffer) =>
    ({
      contextKey: { value: { id: world.contextKey.id, secret: secret.toString("base64") }, source: "file", from: "test" },
    }) as Config;

  /** Sees the check pass, breaks what it looks at, sees it fail with a fix, mends, sees it pass. */
  async function turnsRed(check: () => Promise<Check>, breakIt: string, mend: string, status: Check["status"] = "failed") {
    expect(await check()).toMatchObject({ status: "ok", fix: null });
    await world.look(breakIt);
    const broken = await check();
    await world.look(mend);
    expect(broken).toMatchObject({ status, fix: expect.stringMatching(/\w/) });
    expect(await check()).toMatchObject({ status: "ok" });
    return broken;
  }

  it.each([
    ["passes by row security", "ALTER ROLE azora_runtime BYPASSRLS", "ALTER ROLE azora_runtime NOBYPASSRLS"],
    ["can become the owner", "GRANT azora_owner TO azora_runtime", "REVOKE azora_owner FROM azora_runtime"],
    ["may make temporary objects", "GRANT TEMP ON DATABASE postgres TO PUBLIC", "REVOKE TEMP ON DATABASE postgres FROM PUBLIC"],
    ["may make tables", "GRANT CREATE ON SCHEMA tenant TO azora_runtime", "REVOKE CREATE ON SCHEMA tenant FROM azora_runtime"],
  ])("tenant login: %s", async (_, breakIt, mend) => {
    await turnsRed(async () => checkRuntimeRights(await pool("tenant")), breakIt, mend);
  });

  it.each([
    [
      "can read one column",
      "GRANT USAGE ON SCHEMA tenant TO azora_support; GRANT SELECT (title) ON tenant.documents TO azora_support",
      "REVOKE SELECT (title) ON tenant.documents FROM azora_support; REVOKE USAGE ON SCHEMA tenant FROM azora_support",
    ],
    ["can become the application", "GRANT azora_runtime TO azora_support", "REVOKE azora_runtime FROM azora_support"],
  ])("control login: %s", async (_, breakIt, mend) => {
    await turnsRed(async () => checkControlRights(await pool("control")), breakIt, mend);
  });

  it("row security", async () => {
    const broken = await turnsRed(
      async () => checkRowSecurity(await pool("tenant")),
      "ALTER TABLE tenant.batches NO FORCE ROW LEVEL SECURITY",
      "ALTER TABLE tenant.batches FORCE ROW LEVEL SECURITY",
    );
    expect(broken.found).toContain("tenant.batches");
  });

  it("what tenants share by their login", async () => {
    await turnsRed(
      async () => checkSharedFunctions(await pool("tenant")),
      "GRANT EXECUTE ON FUNCTION pg_catalog.lo_get(oid) TO PUBLIC",
      "REVOKE EXECUTE ON FUNCTION pg_catalog.lo_get(oid) FROM PUBLIC",
      "warning",
    );
  });

  it("a migration that is missing, and one that is unknown", async () => {
    const check = () => checkMigrations(world.engine, "tenant");
    const hide = (name: string, to: string) =>
      `UPDATE azora._prisma_migrations SET migration_name = '${to}' WHERE migration_name = '${name}'`;
    const last = "20261122000600_adoption";
    expect((await turnsRed(check, hide(last, "29991231000000_later"), hide("29991231000000_later", last))).found).toContain(
      "unknown",
    );
    const undo = `UPDATE azora._prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${last}'`;
    expect((await turnsRed(check, undo, undo.replace("now()", "NULL"))).found).toContain("1 pending");
  });

  it("the context key: known, of another database, unset", async () => {
    expect(await checkContextKey(settings(world.contextKey.secret), world.engine)).toMatchObject({ status: "ok" });
    expect(await checkContextKey(settings(Buffer.alloc(32, 7)), world.engine)).toMatchObject({ status: "failed" });
    expect(await checkContextKey({ contextKey: undefined } as Config, world.engine)).toMatchObject({ status: "failed" });
  });

  it("the signing key: another one under the same name", async () => {
    const other = parseSigningKey(world.control.signingKey?.id ?? "", makeSigningKey());
    expect(await checkSigningKey(world.control)).toMatchObject({ status: "ok" });
    expect(await checkSigningKey({ ...world.control, signingKey: other })).toMatchObject({ status: "failed" });
  });

  it("the two clocks, and the server's age", async () => {
    const saying = (row: object) =>
      ({ kind: "server", pool: async () => ({ query: async () => ({ rows: [row] }) }) as unknown as Pool }) as unknown as Engine;
    expect(await checkClock(world.engine, "tenant")).toMatchObject({ status: "ok" });
    expect(await checkClock(saying({ now: Date.now() - 10_000 }), "tenant")).toMatchObject({ status: "warning" });
    expect(await checkClock(saying({ now: Date.now() + 90_000 }), "tenant")).toMatchObject({ status: "failed" });
    expect(await checkVersion(world.engine, "tenant")).toMatchObject({ status: "ok" });
    expect(await checkVersion(saying({ version: 14 }), "tenant")).toMatchObject({ status: "failed" });
    expect(await checkVersion(saying({ version: 19 }), "tenant")).toMatchObject({ status: "warning" });
  });

  it("a login that isn't set, and one that gets in", async () => {
    expect(await checkLogin(world.engine, "tenant", { isConfigured: true, isVendors: true })).toMatchObject({ status: "ok" });
    expect(await checkLogin(world.engine, "owner", { isConfigured: false, isVendors: true })).toMatchObject({
      status: "skipped",
    });
  });
});

describe("doctor's checks of the machine", () => {
  it.each([
    ["v20.18.0", "failed"],
    ["v20.19.0", "ok"],
    ["v21.7.0", "failed"],
    ["v22.12.0", "ok"],
    ["v23.1.0", "failed"],
    ["v24.0.0", "ok"],
  ])("node %s is %s", (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });

  it("a configuration file that is missing, half done, or open to others", () => {
    const directory = mkdtempSync(join(tmpdir(), "azora-doctor-"));
    const configFile = join(directory, "config.json");
    const config = { configFile, engine: { source: "default" } } as Config;
    try {
      expect(checkConfigFile(config).status).toBe("failed");
      writeFileSync(configFile, "{}", { mode: 0o600 });
      expect(checkConfigFile(config).status).toBe("ok");
      expect(checkConfigFile({ ...config, stored: { installing: true } } as Config).status).toBe("failed");
      chmodSync(configFile, 0o644);
      expect(checkConfigFile(config)).toMatchObject({ status: "warning", fix: `chmod 600 ${configFile}` });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
