import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSigningKey, publicKeyOf } from "../../src/signing.js";
import { randomOf } from "../support/kills/random.js";
import { startServer, type TestServer } from "../support/postgres-server.js";
import { Azora, initialised, RUN } from "./azora.js";

const SEED = Number(process.env.AZORA_TEST_SEED ?? 20261123);
const KILLS = Number(process.env.AZORA_TEST_KILLS ?? 8);

// Logins belong to the whole cluster, and init makes them: a cluster that is only lent has others' already.
const isLent = process.env.AZORA_TEST_SERVER_URL !== undefined;

describe.skipIf(isLent)("from the vendor's server to one's own", { timeout: 300_000 }, () => {
  const [vendor, own] = [new Azora(), new Azora()];
  const servers: TestServer[] = [];
  let embedded: Azora;
  let id: string;
  const ownerOf = (azora: Azora) => ({ AZORA_OWNER_URL: servers[azora === vendor ? 0 : 1]?.url ?? "" });
  const archive = () => join(vendor.home, "acme.tar");
  const key = () => join(vendor.home, "vendor.pem");
  const bring = (...flags: string[]) => ["tenant:import", archive(), "--public-key", key(), ...flags];

  async function look(azora: Azora, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: ownerOf(azora).AZORA_OWNER_URL });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  beforeAll(async () => {
    for (const azora of [vendor, own]) {
      const server = await startServer();
      servers.push(server);
      writeFileSync(join(azora.home, "owner-url"), server.url, { mode: 0o600 });
      expect(await azora.run(["init", "--owner-url-file", join(azora.home, "owner-url"), "--yes"])).toMatchObject({ exit: 0 });
    }
    embedded = await initialised();
    const { document } = await vendor.json([
      "tenant:create",
      "Acme",
      "--slug",
      "acme",
      "--owner-email",
      "o@acme.test",
      "--plan",
      "team",
    ]);
    id = document.result.tenant.id;
    await look(
      vendor,
      `INSERT INTO tenant.documents (account_id, number, title) SELECT '${id}', n, repeat('text ', 20) FROM generate_series(1, 20000) n`,
    );
    const { signingKey } = JSON.parse(readFileSync(join(vendor.dataDir, "config.json"), "utf8"));
    writeFileSync(key(), publicKeyOf(parseSigningKey(signingKey.id, signingKey.privateKey)));
  }, 180_000);
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await Promise.all([vendor, own, embedded].map((azora) => azora?.remove()));
  });

  it("is exported into one file that only its owner reads", async () => {
    const { exit, document, stderr } = await vendor.json(["tenant:export", "acme", "--out", archive()]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(document.result).toMatchObject({
      file: archive(),
      account: { id, slug: "acme" },
      tables: { "tenant.documents": 20_000 },
    });
    expect(statSync(archive()).mode & 0o777).toBe(0o600);
    expect(await vendor.json(["tenant:export", "acme", "--out", archive()])).toMatchObject({ exit: 5 });
    expect(await vendor.json(["tenant:export", "acme", "--out", "-"])).toMatchObject({ exit: 2 });
    expect(await vendor.json(["tenant:export", "nobody", "--out", join(vendor.home, "x")])).toMatchObject({ exit: 3 });
    const text = await vendor.run(["tenant:export", "acme", "--out", archive(), "--force"]);
    expect(text.stdout).toMatch(/Slug\tacme\n[\s\S]*tenant\.documents\t20000\n/);
  });

  it("goes through a pipe as well", () => {
    const environment = { PATH: process.env.PATH ?? "", HOME: vendor.home, AZORA_DATA_DIR: vendor.dataDir };
    const listed = execFileSync("sh", ["-c", `'${process.execPath}' '${RUN}' tenant:export acme --out - | tar t`], {
      env: environment,
    });
    expect(listed.toString().trim().split("\n")).toEqual(expect.arrayContaining(["README.txt", "manifest.json", "manifest.sig"]));
  });

  it("leaves no file, half or whole, when it is killed", async () => {
    const random = randomOf(SEED);
    for (let at = 0; at < KILLS; at++) {
      await killed(
        vendor,
        ["tenant:export", "acme", "--out", join(vendor.home, `killed-${at}.tar`)],
        200 + random() * 600,
        "SIGINT",
      );
    }
    const left = readdirSync(vendor.home).filter((name) => name.startsWith("killed"));
    for (const name of left) expect(execFileSync("tar", ["tf", join(vendor.home, name)]).toString()).toContain("manifest.sig");
  });

  it("needs the vendor's key, the owner's login and a file", async () => {
    const stranger = await own.json(["tenant:import", archive()], ownerOf(own));
    expect(stranger).toMatchObject({
      exit: 2,
      document: { error: { code: "INVALID_INPUT", hint: expect.stringContaining("--public-key") } },
    });
    expect(await own.json(bring())).toMatchObject({ exit: 2, document: { error: { code: "NOT_CONFIGURED" } } });
    expect(await own.json(["tenant:import", "nothing.tar", "--public-key", key()], ownerOf(own))).toMatchObject({ exit: 2 });
    expect((await own.json(["tenant:list"])).document.result.tenants).toEqual([]);
  });

  it("is whole or not there, whenever the import is killed; the same command finishes", async () => {
    const random = randomOf(SEED);
    const seen = { before: 0, after: 0 };
    for (let at = 0; at < KILLS; at++) {
      await killed(own, bring(), 300 + random() * 2500, "SIGKILL", ownerOf(own));
      // The server notices that its client is gone only when it next speaks to it.
      await look(own, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'azora owner'");
      const [found] = await look(
        own,
        `SELECT (SELECT count(*)::int FROM control.accounts) AS accounts, (SELECT count(*)::int FROM tenant.documents) AS documents`,
      );
      expect(
        [
          { accounts: 0, documents: 0 },
          { accounts: 1, documents: 20_000 },
        ],
        `seed ${SEED}, kill ${at}`,
      ).toContainEqual(found);
      seen[found?.accounts === 0 ? "before" : "after"]++;
      if (found?.accounts === 1) await look(own, "DELETE FROM control.accounts");
    }
    expect(seen.before, "no kill hit the import").toBeGreaterThan(0);
    const { exit, document } = await own.json(bring(), ownerOf(own));
    expect({ exit, result: document.result }).toMatchObject({
      exit: 0,
      result: { imported: true, account: { id, slug: "acme" } },
    });
    expect((await own.json(bring(), ownerOf(own))).document.result).toMatchObject({ imported: false });
    const rows = "SELECT md5(string_agg(t::text, '' ORDER BY t.id)) AS rows FROM tenant.documents t";
    expect(await look(own, rows)).toEqual(await look(vendor, rows));
    expect((await own.json(["tenant:show", "acme"])).document.result.tenant).toMatchObject({
      id,
      name: "Acme",
      status: "active",
      plan: "free",
    });
    const history = await own.json([
      "audit:export",
      "--tenant",
      "acme",
      "--action",
      "create",
      "--output",
      join(own.home, "log.jsonl"),
    ]);
    expect(history.document.result.entries).toBeGreaterThan(20_000);
  });

  it("comes into the embedded database by the same command", async () => {
    const dry = await embedded.run(bring("--dry-run"));
    expect(dry).toMatchObject({ exit: 0, stderr: expect.stringContaining("nothing was changed") });
    expect((await embedded.json(["tenant:list"])).document.result.tenants).toEqual([]);
    const { exit, document } = await embedded.json(bring("--slug", "acme-home", "--plan", "team"));
    expect({ exit, result: document.result }).toMatchObject({ exit: 0, result: { imported: true, rows: expect.any(Number) } });
    expect((await embedded.json(["tenant:show", "acme-home"])).document.result.tenant).toMatchObject({ id, plan: "team" });
    expect(await embedded.json(bring("--slug", "x", "--as-id", "no"))).toMatchObject({ exit: 2 });
    expect(existsSync(archive())).toBe(true);
  });
});

async function killed(
  azora: Azora,
  argv: readonly string[],
  after: number,
  signal: NodeJS.Signals,
  env: Record<string, string> = {},
): Promise<void> {
  const environment = { PATH: process.env.PATH ?? "", HOME: azora.home, AZORA_DATA_DIR: azora.dataDir, ...env };
  const child = spawn(process.execPath, [RUN, ...argv], { env: environment, stdio: "ignore" });
  const timer = setTimeout(() => child.kill(signal), after);
  await new Promise((resolve) => child.on("exit", resolve));
  clearTimeout(timer);
}
