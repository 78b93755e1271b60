import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/postgres-server.js";
import { Azora } from "./azora.js";

// Logins belong to the whole cluster, and init makes them: a cluster that is only lent has others' already.
const isLent = process.env.AZORA_TEST_SERVER_URL !== undefined;

describe.each(["embedded", "server"] as const)("a self-hosted installation, %s", (engine) => {
  const azora = new Azora();
  let server: TestServer | undefined;
  /** What a command needs that does the vendor's part. */
  let owner: Record<string, string> = {};
  let flags: string[] = ["--embedded"];
  const skipped = engine === "server" && isLent;
  beforeAll(async () => {
    if (engine === "embedded" || skipped) return;
    server = await startServer();
    const file = join(azora.home, "owner-url");
    writeFileSync(file, server.url, { mode: 0o600 });
    flags = ["--owner-url-file", file];
    owner = { AZORA_OWNER_URL_FILE: file };
  });
  afterAll(async () => {
    await server?.stop();
    await azora.remove();
  });

  const test = it.skipIf(skipped);
  const stored = () => JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8")) as Record<string, unknown>;

  test("has no operator: neither in its configuration nor in the database", async () => {
    const { exit, document } = await azora.json(["init", "--self-hosted", ...flags, "--yes"]);
    expect({ exit, result: document.result }).toMatchObject({ exit: 0, result: { changed: true } });
    expect(stored()).toMatchObject({ selfHosted: true });
    expect(Object.keys(stored()).filter((key) => key.startsWith("control"))).toEqual([]);
    const listed = await azora.json(["operator:list"], owner);
    expect(listed).toMatchObject({ exit: 0, document: { result: { operators: [] } } });
  });

  test("is set up once, with or without the flag, and never over a vendor's", async () => {
    for (const args of [["init", "--self-hosted"], ["init"]]) {
      const again = await azora.json([...args, ...flags, "--yes"]);
      expect(again).toMatchObject({ exit: 0, document: { result: { changed: false } } });
    }
    const vendor = new Azora();
    try {
      await vendor.run(["init", "--embedded", "--yes"]);
      const refused = await vendor.json(["init", "--self-hosted", "--embedded", "--yes"]);
      expect(refused).toMatchObject({ exit: 5, document: { error: { code: "CONFLICT" } } });
    } finally {
      await vendor.remove();
    }
  });

  test("makes, stops and removes tenants by the owner's login, with log and receipt", async () => {
    const create = (slug: string) => ["tenant:create", slug, "--slug", slug, "--owner-email", `owner@${slug}.test`];
    for (const slug of ["acme", "bolt"]) {
      expect(await azora.json(create(slug), owner)).toMatchObject({ exit: 0, document: { result: { created: true } } });
    }
    expect((await azora.json(["tenant:suspend", "bolt", "--reason", "closed", "--yes"], owner)).exit).toBe(0);
    const purged = await azora.json(["tenant:purge", "bolt", "--confirm", "bolt"], owner);
    expect(purged).toMatchObject({ exit: 0, document: { result: { purged: true, receipt: { signature: expect.any(String) } } } });
    expect((await azora.json(["receipt:verify", "--chain"], owner)).exit).toBe(0);
    const log = await azora.run(["audit:export", "--control-plane"], owner);
    const lines = log.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { action: string; operator: string });
    expect(lines.map(({ action }) => action)).toEqual(
      expect.arrayContaining(["tenant.create", "tenant.suspend", "tenant.purge"]),
    );
    expect(new Set(lines.map(({ operator }) => operator))).toEqual(new Set(["postgres"]));
  });

  test("has nobody to let in before an operator is made, and no way in without", async () => {
    const consent = ["--hours", "1", "--reason", "x", "--tenant", "acme", "--as", "owner@acme.test"];
    const refused = await azora.json(["support:grant", "--to", "postgres", ...consent], owner);
    expect(refused).toMatchObject({ exit: 3, document: { error: { code: "NOT_FOUND" } } });
    const read = await azora.json(["support:read", "acme", "users"], owner);
    expect(read).toMatchObject({ exit: 4, document: { error: { code: "NO_CONSENT" } } });
    expect(await azora.json(["support:list"], owner)).toMatchObject({ exit: 0, document: { result: { grants: [] } } });
  });

  test("has a tenant's log, settings, plans and status as any other", async () => {
    const log = await azora.run(["audit:export", "--tenant", "acme"], owner);
    expect({ exit: log.exit, lines: log.stdout.trim().split("\n").length > 10 }).toEqual({ exit: 0, lines: true });
    for (const command of [["tenant:list"], ["plan:list"], ["settings:list"], ["whoami"], ["db:status"]]) {
      expect({ command, exit: (await azora.run(command, owner)).exit }).toEqual({ command, exit: 0 });
    }
  });

  test("passes doctor, with and without the owner's login, and the isolation check, with everything broken once", async () => {
    for (const env of [owner, {}]) {
      const { exit, document } = await azora.json(["doctor"], env);
      const checks = document.result.checks as { name: string; status: string; found: string }[];
      expect({ exit, failed: checks.filter(({ status }) => status === "failed") }).toEqual({ exit: 0, failed: [] });
      expect(checks.find(({ name }) => name === "control login")).toMatchObject({
        status: "skipped",
        found: expect.stringContaining("self-hosted"),
      });
    }
    // What breaks everything on the embedded engine is test/isolation/self-test.test.ts.
    const { exit, document } = await azora.json(["isolation:verify", ...(engine === "server" ? ["--self-test"] : [])], owner);
    expect({ exit, result: document.result }).toMatchObject({ exit: 0, result: { verdict: "clean", findings: [], unclear: [] } });
  }, 180_000);

  test("says what a command needs that it hasn't", async () => {
    const billing = await azora.json(["billing:run"], owner);
    expect(billing).toMatchObject({ exit: 4, document: { error: { code: "BILLING_NOT_CONFIGURED" } } });
    if (engine === "embedded") return;
    for (const command of [["tenant:list"], ["operator:list"], ["audit:export", "--control-plane"], ["receipt:list"]]) {
      const { exit, document } = await azora.json(command);
      expect({ command, exit, error: document.error }).toMatchObject({
        command,
        exit: 2,
        error: { code: "NOT_CONFIGURED", hint: expect.stringContaining("AZORA_OWNER_URL") },
      });
    }
  });

  test("shows its mode: among the settings, and above all commands", async () => {
    const { document } = await azora.json(["config"]);
    const mode = document.result.settings.find(({ name }: { name: string }) => name === "mode");
    expect(mode).toMatchObject({ value: "self-hosted", source: "file" });
    const { stdout } = await azora.run([]);
    expect(stdout).toContain(`self-hosted, ${engine} engine`);
  });

  test("becomes a vendor's with its first operator's login", async () => {
    if (engine === "embedded") return;
    const { document } = await azora.json(["operator:create", "ada", "--role", "vendor-admin"], owner);
    const url = new URL(server?.url ?? "");
    url.username = "ada";
    url.password = document.result.password;
    const env = { AZORA_CONTROL_URL: url.toString() };
    expect(await azora.json(["whoami"], env)).toMatchObject({ document: { result: { login: "ada", role: "vendor-admin" } } });
    expect((await azora.json(["tenant:list"], env)).document.result.total).toBe(1);
    const settings = (await azora.json(["config"], env)).document.result.settings as { name: string; value: string }[];
    expect(settings.find(({ name }) => name === "mode")?.value).toBe("vendor");
  });
});

describe("init --print-sql --self-hosted", () => {
  const azora = new Azora();
  afterAll(() => azora.remove());

  it("is the same without an operator", async () => {
    const [all, without] = [await azora.run(["init", "--print-sql"]), await azora.run(["init", "--print-sql", "--self-hosted"])];
    expect(all.stdout).toContain("SELECT FROM control.create_operator('azora_admin'");
    expect(without.stdout).not.toContain("SELECT FROM control.create_operator('azora_admin'");
    expect(without.stdout).not.toContain("AZORA_CONTROL_URL");
    expect(without.exit).toBe(0);
    const lines = (text: string) => text.split("\n").filter((line) => !line.startsWith("--"));
    expect(lines(all.stdout).filter((line) => !lines(without.stdout).includes(line))).toEqual([
      "SELECT FROM control.create_operator('azora_admin', 'vendor_admin', NULL, NULL);",
    ]);
    expect(await azora.json(["init", "--self-hosted", "--operator", "ada", "--embedded"])).toMatchObject({ exit: 2 });
  });
});
