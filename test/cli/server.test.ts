import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/postgres-server.js";
import { Azora } from "./azora.js";

// Logins belong to the whole cluster, and init makes them: a cluster that is only lent has others' already.
const isLent = process.env.AZORA_TEST_SERVER_URL !== undefined;

describe.skipIf(isLent)("on a server of its own", () => {
  const azora = new Azora();
  let server: TestServer;
  let ownerUrlFile: string;
  beforeAll(async () => {
    server = await startServer();
    ownerUrlFile = join(azora.home, "owner-url");
    writeFileSync(ownerUrlFile, `${server.url}\n`, { mode: 0o600 });
  });
  afterAll(async () => {
    await server?.stop();
    await azora.remove();
  });

  const init = (...flags: string[]) => ["init", "--owner-url-file", ownerUrlFile, ...flags];
  const stored = () => JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8")) as Record<string, string>;
  const changed = (url: string, part: "password" | "pathname", value: string) =>
    Object.assign(new URL(url), { [part]: value }).toString();

  it("a database without azora's schema is refused", async () => {
    const { exit, document } = await azora.json(["tenant:list"], { AZORA_CONTROL_URL: server.url });
    expect({ exit, error: document.error }).toMatchObject({ exit: 5, error: { code: "NOT_MIGRATED" } });
  });

  it("init asks before it touches a server, and needs --yes where it can't", async () => {
    expect(await azora.json(init())).toMatchObject({ exit: 6, document: { error: { code: "NEEDS_CONFIRMATION" } } });
  });

  it("init makes logins, schemas and keys, and writes them where only their owner reads", async () => {
    const { exit, stdout, stderr, document } = await azora.json(init("--yes"));
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(document.result).toMatchObject({ changed: true, engine: "server" });
    expect(statSync(join(azora.dataDir, "config.json")).mode & 0o777).toBe(0o600);
    const { password } = new URL(stored().controlUrl ?? "");
    expect(password.length).toBeGreaterThan(20);
    expect(stdout).not.toContain(password);
    expect(readFileSync(join(azora.dataDir, "config.json"), "utf8")).not.toContain(new URL(server.url).password);
  });

  it("init changes nothing the second time", async () => {
    const before = stored();
    const { exit, document } = await azora.json(init("--yes"));
    expect({ exit, changed: document.result.changed }).toEqual({ exit: 0, changed: false });
    expect(stored()).toEqual(before);
  });

  it("another installation doesn't take over the logins", async () => {
    const env = { AZORA_DATA_DIR: join(azora.home, "second") };
    expect(await azora.json(init("--yes"), env)).toMatchObject({ exit: 5, document: { error: { code: "CONFLICT" } } });
  });

  it("a tenant is made and purged with the operator's login", async () => {
    const created = await azora.json(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "o@acme.test"]);
    expect(created).toMatchObject({ exit: 0, document: { result: { created: true } } });
    const log = await azora.run(["audit:export", "--tenant", "acme", "--action", "create"]);
    expect(log.stdout).toContain('"actor" : "operator:azora_admin"');
    const purged = await azora.json(["tenant:purge", "acme", "--now", "--confirm", "acme"]);
    expect(purged).toMatchObject({ exit: 0, document: { result: { purged: true } } });
  });

  it("a tenant's log needs no control plane, only the id", async () => {
    const made = await azora.json(["tenant:create", "Bolt", "--slug", "bolt", "--owner-email", "o@bolt.test"]);
    const { tenantUrl = "", contextKey } = stored() as unknown as {
      tenantUrl: string;
      contextKey: { id: string; secret: string };
    };
    const env = {
      AZORA_DATA_DIR: join(azora.home, "application"),
      AZORA_TENANT_URL: tenantUrl,
      AZORA_CONTEXT_KEY: `${contextKey.id}:${contextKey.secret}`,
    };
    const { exit, stdout } = await azora.run(["audit:export", "--tenant", made.document.result.tenant.id], env);
    expect(exit).toBe(0);
    expect(stdout.trim().split("\n").length).toBeGreaterThan(10);
    expect(await azora.json(["audit:export", "--tenant", "bolt"], env)).toMatchObject({ exit: 2 });
  });

  it("db:status looks for drift with the owner's login, and says when it can't", async () => {
    expect(await azora.json(["db:status"])).toMatchObject({ exit: 0, document: { result: { drift: null } } });
    const owned = await azora.json(["db:status"], { AZORA_OWNER_URL: server.url });
    expect(owned).toMatchObject({ exit: 0, document: { result: { pending: [], drift: [] } } });
  });

  it("doctor finds nothing wrong", async () => {
    expect(await azora.json(["doctor"])).toMatchObject({ exit: 0, document: { result: { ok: true } } });
  });

  it("isolation:verify is clean with everything broken once, over the logins' own connections too", async () => {
    const { exit, document } = await azora.json(["isolation:verify", "--self-test"], { AZORA_OWNER_URL: server.url });
    expect({ exit, error: document.error }).toEqual({ exit: 0, error: undefined });
    expect(document.result).toMatchObject({ verdict: "clean", findings: [], unclear: [] });
    expect(document.result.selfTest.length).toBeGreaterThan(30);
    const own = document.result.probes.find(({ id }: { id: string }) => id === "own-connection");
    const tried = new Set(own.attempts.map(({ role }: { role: string }) => role));
    expect(tried).toEqual(new Set(["azora_runtime", "azora_admin"]));
    const broken = { AZORA_OWNER_URL: server.url, AZORA_TENANT_URL: stored().controlUrl ?? "" };
    expect(await azora.json(["isolation:verify"], broken)).toMatchObject({
      exit: 9,
      document: { result: { findings: [{ rule: "own-connection" }] } },
    });
  });

  it("a wrong password is refused, and shown to nobody", async () => {
    const env = { AZORA_CONTROL_URL: changed(stored().controlUrl ?? "", "password", "hunter2") };
    for (const answer of [await azora.run(["tenant:list"], env), await azora.run(["tenant:list", "--json"], env)]) {
      expect(answer.exit).toBe(4);
      expect(answer.stdout + answer.stderr).toContain("AUTHENTICATION_FAILED");
      expect(answer.stdout + answer.stderr).not.toContain("hunter2");
    }
  });

  it("a database that doesn't exist is not found", async () => {
    const env = { AZORA_CONTROL_URL: changed(stored().controlUrl ?? "", "pathname", "/nowhere") };
    expect(await azora.json(["tenant:list"], env)).toMatchObject({ exit: 3, document: { error: { code: "NOT_FOUND" } } });
  });

  it("the application's login is no operator: PostgreSQL refuses it", async () => {
    const env = { AZORA_CONTROL_URL: stored().tenantUrl ?? "" };
    const commands = [
      ["tenant:create", "Core", "--slug", "core", "--owner-email", "o@core.test"],
      ["tenant:list"],
      ["tenant:show", "core"],
      ["tenant:suspend", "core", "--reason", "late", "--yes"],
      ["tenant:purge", "core", "--now", "--confirm", "core"],
      ["audit:export", "--control-plane"],
    ];
    for (const command of commands) {
      const { exit, document } = await azora.json(command, env);
      expect({ command, exit, error: document.error }).toMatchObject({ command, exit: 4, error: { code: "NOT_PERMITTED" } });
    }
    expect((await azora.json(["tenant:list"])).document.result.total).toBe(1);
  });
});
