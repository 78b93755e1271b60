import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { historyOf, installApplication } from "../support/application.js";
import { startServer, type TestServer } from "../support/postgres-server.js";
import { urlOf } from "../support/server-template.js";
import { Azora } from "./azora.js";

// Logins belong to the whole cluster, and init makes them: a cluster that is only lent has others' already.
const isLent = process.env.AZORA_TEST_SERVER_URL !== undefined;

describe.skipIf(isLent)("beside an application with migrations of its own", () => {
  const azora = new Azora();
  let server: TestServer;
  let owner: Pool;
  let before: unknown;
  beforeAll(async () => {
    server = await startServer();
    owner = new Pool({ connectionString: server.url, max: 2 });
    // A pool ends before its connections have: the server may stop in between, and says so to them.
    owner.on("error", () => undefined);
    await installApplication(owner);
    await owner.query("CREATE ROLE shopkeeper LOGIN PASSWORD 'shop'; GRANT SELECT, INSERT ON public.shops TO shopkeeper");
    await owner.query("CREATE ROLE passer_by LOGIN PASSWORD 'shop'");
    before = await historyOf(owner);
  });
  afterAll(async () => {
    await owner?.end();
    await server?.stop();
    await azora.remove();
  });

  const env = () => ({ AZORA_OWNER_URL: server.url });
  const countShops = async (login: string) => {
    const client = new Client({ connectionString: urlOf(server.url, "postgres", login, "shop") });
    try {
      await client.connect();
      return (await client.query<{ shops: number }>("SELECT count(*)::int AS shops FROM public.shops")).rows[0]?.shops;
    } finally {
      await client.end();
    }
  };

  it("init leaves the application at work, on old connections and new ones, and lets nobody else in", async () => {
    const shops = await countShops("shopkeeper");
    await expect(countShops("passer_by")).rejects.toMatchObject({
      code: "42501",
      message: expect.stringContaining("table shops"),
    });
    const working = new Client({ connectionString: urlOf(server.url, "postgres", "shopkeeper", "shop") });
    await working.connect();
    const ownerUrlFile = join(azora.home, "owner-url");
    writeFileSync(ownerUrlFile, server.url, { mode: 0o600 });
    const init = await azora.json(["init", "--owner-url-file", ownerUrlFile, "--yes"]);
    expect(init).toMatchObject({ exit: 0, document: { result: { changed: true } } });
    expect((await working.query("SELECT FROM public.shops")).rowCount).toBe(shops);
    await working.end();
    expect(await countShops("shopkeeper")).toBe(shops);
    await expect(countShops("passer_by")).rejects.toMatchObject({ code: "42501", message: expect.stringContaining("database") });
  });

  it("doctor, db:status and db:migrate look at azora's history only", async () => {
    expect(await azora.json(["doctor"], env())).toMatchObject({ exit: 0, document: { result: { ok: true } } });
    const status = await azora.json(["db:status"], env());
    expect(status).toMatchObject({ exit: 0, document: { result: { pending: [], unknown: [], drift: [] } } });
    expect(await azora.json(["db:migrate"], env())).toMatchObject({ exit: 0, document: { result: { applied: [] } } });
  });

  it("guard:plan and guard:apply take the application's tables, and neither history", async () => {
    const shop = ["--accounts-table", "shops", "--exclude", "countries=the same for every shop"];
    const plan = await azora.json(["guard:plan", ...shop], env());
    expect(plan).toMatchObject({ exit: 0, document: { result: { isBlocked: false } } });
    expect(plan.stdout).not.toContain("_prisma_migrations");
    const applied = await azora.json(["guard:apply", ...shop, "--confirm", "postgres"], env());
    expect(applied).toMatchObject({ exit: 0, document: { result: { left: [] } } });
    expect(await azora.json(["doctor"], env())).toMatchObject({ exit: 0, document: { result: { ok: true } } });
  });

  it("and the application's history is what it was, to the byte", async () => {
    expect(await historyOf(owner)).toEqual(before);
  });
});
