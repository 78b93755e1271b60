import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/postgres-server.js";
import { Azora, RUN } from "./azora.js";

// Logins belong to the whole cluster, and init makes them: a cluster that is only lent has others' already.
const isLent = process.env.AZORA_TEST_SERVER_URL !== undefined;

describe.skipIf(isLent)("init, killed half way", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.stop());

  it.each([1, 3, 5])("after migration %i has begun: the same command finishes the work, with the same secrets", async (begun) => {
    const azora = new Azora();
    const database = `killed_${begun}`;
    const url = Object.assign(new URL(server.url), { pathname: `/${database}` }).toString();
    const watcher = new pg.Client({ connectionString: server.url });
    await watcher.connect();
    await watcher.query(`CREATE DATABASE ${database}`);
    await watcher.end();
    const ownerUrlFile = join(azora.home, "owner-url");
    writeFileSync(ownerUrlFile, url, { mode: 0o600 });
    const args = ["init", "--owner-url-file", ownerUrlFile, "--yes", "--reset-passwords"];
    try {
      const child = spawn(process.execPath, [RUN, ...args], {
        env: { PATH: process.env.PATH ?? "", HOME: azora.home, AZORA_DATA_DIR: azora.dataDir },
        stdio: "ignore",
      });
      const signal = await killOnceBegun(child, url, begun);
      const configFile = join(azora.dataDir, "config.json");
      const before = JSON.parse(readFileSync(configFile, "utf8")) as Record<string, unknown>;
      // A machine fast enough to finish before the kill has nothing left half way; the first migration is never that fast.
      if (begun === 1) expect(signal).toBe("SIGKILL");
      if (signal === "SIGKILL") expect(before.installing).toBe(true);

      expect(await azora.json(args)).toMatchObject({ exit: 0, document: { ok: true } });
      const { installing: _, ...secrets } = before;
      expect(JSON.parse(readFileSync(configFile, "utf8"))).toEqual(secrets);
      expect(await azora.json(["doctor"])).toMatchObject({ exit: 0, document: { ok: true } });
      const create = ["tenant:create", "Acme", "--slug", "acme", "--owner-email", "o@acme.test"];
      expect(await azora.json(create)).toMatchObject({ exit: 0, document: { result: { created: true } } });
    } finally {
      await azora.remove();
    }
  });
});

/** @returns the signal that ended the process; null when it was faster */
async function killOnceBegun(child: ChildProcess, url: string, migrations: number): Promise<NodeJS.Signals | null> {
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const watcher = new pg.Client({ connectionString: url });
  await watcher.connect();
  const begun = async () => {
    const { rows } = await watcher.query<{ begun: number }>(
      "SELECT CASE WHEN to_regclass('azora._prisma_migrations') IS NULL THEN 0 ELSE (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM azora._prisma_migrations', true, true, '')))[1]::text::int END AS begun",
    );
    return rows[0]?.begun ?? 0;
  };
  while (child.exitCode === null && (await begun()) < migrations);
  child.kill("SIGKILL");
  const [, signal] = await ended;
  await watcher.end();
  return signal;
}
