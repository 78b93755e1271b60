import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Verification } from "../../src/isolation/verification.js";
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

  it("verifies as far as it may, and says what it could not try", async () => {
    const env = { AZORA_OWNER_URL: url };
    const { exit, document } = await azora.json(["isolation:verify", "--self-test"], env);
    expect(exit).toBe(9);
    const { findings, identities, probes, unclear, selfTest } = document.result as Verification;
    // What only a superuser can close stands open, and nothing else.
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(
      new Set(["shared-functions", "activity-hidden", "large-object", "other-sessions"]),
    );
    expect(identities).toContainEqual({ plane: "runtime", role: "azora_runtime", by: "role" });
    const read = probes.find(({ id }) => id === "read-other-tenant")?.attempts ?? [];
    expect(read.length).toBeGreaterThanOrEqual(11);
    expect(read.every(({ outcome }) => outcome === "held")).toBe(true);
    expect(selfTest).toBeNull();
    for (const text of ["The self-test breaks what only a superuser can", "no superuser, so SET ROLE", "rows left in"]) {
      expect(
        unclear.some((line) => line.includes(text)),
        text,
      ).toBe(true);
    }
    const left = "SELECT count(*)::int AS members FROM pg_auth_members WHERE roleid = 'azora_runtime'::regrole AND set_option";
    const client = new Client({ connectionString: urlOf(server.url, "app") });
    await client.connect();
    const { rows } = await client.query(left);
    await client.end();
    expect(rows).toEqual([{ members: 0 }]);
  });

  it("shares the history with whoever else is a member of the owner", async () => {
    const env = { AZORA_OWNER_URL: urlOf(server.url, "app", "migrator", "migrate") };
    expect(await azora.json(["db:status"], env)).toMatchObject({ exit: 4 });
    await administer(server.url, "GRANT azora_owner TO migrator");
    expect(await azora.json(["db:status"], env)).toMatchObject({ exit: 0, document: { result: { pending: [], drift: [] } } });
    expect(await azora.json(["db:migrate"], env)).toMatchObject({ exit: 0, document: { result: { applied: [] } } });
  });
});
