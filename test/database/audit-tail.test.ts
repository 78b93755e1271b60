import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import { expect, inject, it } from "vitest";
import type { TailOptions } from "../../src/database/logs/tail.js";
import { openServer } from "../../src/database/server.js";
import { type AuditEntry, readAuditLog, tailAuditLog } from "../../src/tenant-plane/read-audit-log.js";
import { compareRows, writeLine } from "../support/log-rows.js";
import { startServer } from "../support/postgres-server.js";
import { makeServerTemplates, urlOf, urlsOf } from "../support/server-template.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

/** Follows until it is told to stop. */
class Follower {
  readonly found: string[] = [];
  readonly #reading: Promise<void>;

  constructor(connection: Parameters<typeof tailAuditLog>[0], accountId: string, options: Partial<TailOptions> = {}) {
    const all = { lines: 1, follow: true, intervalMs: 10, filter: { actor: "writer" }, ...options };
    const tail = tailAuditLog(connection, { accountId, actor: "follower" }, all);
    this.#reading = (async () => {
      for await (const { rowId } of tail) {
        if (rowId === "stop") return;
        this.found.push(rowId ?? "");
      }
    })();
    this.#reading.catch(() => undefined);
  }

  /** Until the line "stop" has come. */
  async stopped(): Promise<string[]> {
    await this.#reading;
    return this.found;
  }
}

describeOnBothEngines("a tenant's log that is followed", (world, kind) => {
  const readers = "usename = 'azora_runtime' AND datname = current_database()";
  const write = (tenant: TestTenant, rowId: string) => writeLine(world().owner, tenant.id, rowId);

  it("shows its end, and then what is added", async () => {
    const tenant = await world().newTenant();
    for (const row of ["1", "2", "3"]) await write(tenant, row);
    const follower = new Follower(world(), tenant.id, { lines: 2 });
    await expect.poll(() => follower.found).toEqual(["2", "3"]);
    for (const row of ["4", "5"]) await write(tenant, row);
    await expect.poll(() => follower.found).toEqual(["2", "3", "4", "5"]);
    await write(tenant, "stop");
    expect(await follower.stopped()).toEqual(["2", "3", "4", "5"]);
  });

  it("says once that somebody looks", async () => {
    const tenant = await world().newTenant();
    const follower = new Follower(world(), tenant.id);
    await sleep(100);
    await write(tenant, "stop");
    await follower.stopped();
    const reads: AuditEntry[] = [];
    for await (const entry of readAuditLog(world(), { accountId: tenant.id, actor: "x" }, { actor: "follower" }))
      reads.push(entry);
    expect(reads).toMatchObject([{ method: "audit.tail", filter: { follow: true, lines: 1, actor: "writer" } }]);
  });

  it("continues from a cursor, with more than one page of what came since", async () => {
    const tenant = await world().newTenant();
    await write(tenant, "before");
    const [{ cursor }] = (await world().look<{ cursor: string }>("SELECT pg_current_snapshot()::text AS cursor")) as [
      { cursor: string },
    ];
    const rows = Array.from({ length: 2500 }, (_, at) => `row ${at}`);
    await world().look(
      `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id)
       SELECT $1, 'writer', 'create', 'documents', r FROM unnest($2::text[]) WITH ORDINALITY r(r, n) ORDER BY n`,
      tenant.id,
      rows,
    );
    const follower = new Follower(world(), tenant.id, { after: cursor });
    await write(tenant, "stop");
    // In which order, the embedded engine's clock of milliseconds doesn't say.
    expect(compareRows(await follower.stopped(), rows)).toEqual([]);
  });

  it("is refused to nobody's tenant, at once", async () => {
    const nobody = new Follower(world(), "00000000-0000-4000-8000-00000000dead");
    await expect(nobody.stopped()).rejects.toMatchObject({ code: "ACCOUNT_GONE" });
  });

  // From here on several sessions are needed, and the embedded engine has one.
  it.skipIf(kind === "embedded")("misses no transaction that began early and ends late", async () => {
    const tenant = await world().newTenant();
    await write(tenant, "first");
    const follower = new Follower(world(), tenant.id);
    await expect.poll(() => follower.found).toEqual(["first"]);
    const slow = await Promise.all([1, 2, 3].map(() => world().owner.connect()));
    for (const [at, client] of slow.entries()) {
      await client.query("BEGIN");
      await writeLine(client, tenant.id, `slow ${at}`);
    }
    const written = ["first"];
    for (let at = 0; at < 60; at++) {
      await write(tenant, `quick ${at}`);
      written.push(`quick ${at}`);
      // Ended in another order than begun, and one of them never.
      if (at === 20) await slow[2]?.query("COMMIT");
      if (at === 30) await slow[1]?.query("ROLLBACK");
      if (at === 50) await slow[0]?.query("COMMIT");
    }
    for (const client of slow) client.release();
    await write(tenant, "stop");
    expect(compareRows(await follower.stopped(), [...written, "slow 0", "slow 2"])).toEqual([]);
  });

  it.skipIf(kind === "embedded")("would miss one, and be found out, if it went by ids alone", async () => {
    const tenant = await world().newTenant();
    const byId: string[] = [];
    let after = "00000000-0000-0000-0000-000000000000";
    const look = async () => {
      const rows = await world().look<{ id: string; row_id: string }>(
        "SELECT id, row_id FROM tenant.audit_log WHERE account_id = $1 AND actor = 'writer' AND id > $2 ORDER BY id",
        tenant.id,
        after,
      );
      after = rows.at(-1)?.id ?? after;
      byId.push(...rows.map(({ row_id }) => row_id));
    };
    const slow = await world().owner.connect();
    await slow.query("BEGIN");
    await writeLine(slow, tenant.id, "slow");
    await write(tenant, "quick");
    await look();
    await slow.query("COMMIT");
    slow.release();
    await look();
    expect(compareRows(byId, ["quick", "slow"])).toEqual(["slow is missing"]);
  });

  it.skipIf(kind === "embedded")(
    "has each line once while its connections are ended again and again",
    async () => {
      const tenant = await world().newTenant();
      await write(tenant, "first");
      const troubles: string[] = [];
      const follower = new Follower(world(), tenant.id, { intervalMs: 1, onTrouble: ({ code }) => troubles.push(code) });
      await expect.poll(() => follower.found).toEqual(["first"]);
      const written = ["first"];
      for (let at = 0; troubles.length < 10 && at < 300; at++) {
        // Large enough that a look is often under way when it is ended.
        await writeLine(world().owner, tenant.id, `row ${at}`, { text: "x".repeat(200_000) });
        written.push(`row ${at}`);
        await world().look(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${readers}`);
        // Ended without a pause it would only be waiting, longer and longer.
        await expect.poll(() => follower.found.length, { timeout: 20_000, interval: 1 }).toBe(written.length);
      }
      await write(tenant, "stop");
      expect(compareRows(await follower.stopped(), written)).toEqual([]);
      expect(troubles.length).toBeGreaterThanOrEqual(10);
      expect(new Set(troubles)).toEqual(new Set(["UNREACHABLE"]));
    },
    120_000,
  );
});

it("goes on after a restart of the server, and has each line once", async () => {
  const keys = inject("prepared");
  const server = await startServer();
  const { settled: name } = await makeServerTemplates(server.url, "azora_restart", keys);
  const template = new Pool({ connectionString: server.url, max: 1 });
  await template.query(`ALTER DATABASE ${name} IS_TEMPLATE false ALLOW_CONNECTIONS true`);
  await template.end();
  const engine = openServer(urlsOf(server.url, name, keys.password));
  const owner = new Pool({ connectionString: urlOf(server.url, name), max: 2 }).on("error", () => undefined);
  try {
    const { rows } = await owner.query<{ id: string }>("SELECT id FROM control.accounts LIMIT 1");
    const id = rows[0]?.id ?? "";
    const contextKey = { id: keys.contextKey.id, secret: Buffer.from(keys.contextKey.secret, "base64") };
    await writeLine(owner, id, "before");
    const troubles: string[] = [];
    const follower = new Follower({ engine, contextKey }, id, { onTrouble: ({ code }) => troubles.push(code) });
    await expect.poll(() => follower.found).toEqual(["before"]);
    for (const round of [1, 2]) {
      await writeLine(owner, id, `just before ${round}`);
      await server.restart();
      await writeLine(owner, id, `after ${round}`);
    }
    await writeLine(owner, id, "stop");
    expect(await follower.stopped()).toEqual(["before", "just before 1", "after 1", "just before 2", "after 2"]);
    expect(troubles).toContain("UNREACHABLE");
  } finally {
    await owner.end();
    await engine.close();
    await server.stop();
  }
}, 60_000);
