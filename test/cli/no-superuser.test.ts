import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/postgres-server.js";
import { administer, urlOf } from "../support/server-template.js";
import { Azora } from "./azora.js";

// Logins belong to the whole cluster, and init makes them: a cluster that is only lent has others' already.
const isLent = process.env.AZORA_TEST_SERVER_URL !== undefined;

describe.skipIf(isLent)("an installer that is no superuser, only the owner of its database", () => {
  const azora = new Azora();
  let server: TestServer;
  let url: string;
  beforeAll(async () => {
    server = await startServer();
    await administer(
      server.url,
      "CREATE ROLE installer LOGIN CREATEROLE PASSWORD 'install'",
      "CREATE ROLE migrator LOGIN PASSWORD 'migrate'",
      "CREATE DATABASE app OWNER installer",
    );
    url = urlOf(server.url, "app", "installer", "install");
  });
  afterAll(async () => {
    await server?.stop();
    await azora.remove();
  });

  it("sets azora up, and finds it set up the second time", async () => {
    const ownerUrlFile = join(azora.home, "owner-url");
    writeFileSync(ownerUrlFile, url, { mode: 0o600 });
    const args = ["init", "--owner-url-file", ownerUrlFile, "--yes"];
    expect(await azora.json(args)).toMatchObject({ exit: 0, document: { result: { changed: true } } });
    expect(await azora.json(args)).toMatchObject({ exit: 0, document: { result: { changed: false } } });
    expect(await azora.json(["doctor"])).toMatchObject({ exit: 0, document: { result: { ok: true } } });
  });

  it("shares the history with whoever else is a member of the owner", async () => {
    const env = { AZORA_OWNER_URL: urlOf(server.url, "app", "migrator", "migrate") };
    expect(await azora.json(["db:status"], env)).toMatchObject({ exit: 4 });
    await administer(server.url, "GRANT azora_owner TO migrator");
    expect(await azora.json(["db:status"], env)).toMatchObject({ exit: 0, document: { result: { pending: [], drift: [] } } });
    expect(await azora.json(["db:migrate"], env)).toMatchObject({ exit: 0, document: { result: { applied: [] } } });
  });
});
