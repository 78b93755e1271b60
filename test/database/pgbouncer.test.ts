import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openControlPlane } from "../../src/control-plane/connection.js";
import { createTenant } from "../../src/control-plane/create-tenant.js";
import { listTenants } from "../../src/control-plane/list-tenants.js";
import { previewPurge } from "../../src/control-plane/preview-purge.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { resumeTenant } from "../../src/control-plane/resume-tenant.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import type { Engine } from "../../src/database/engine.js";
import { openServer } from "../../src/database/server.js";
import { parseSigningKey } from "../../src/signing.js";
import { signContext } from "../../src/tenant-plane/context.js";
import { readAuditLog } from "../../src/tenant-plane/read-audit-log.js";
import { openTenantDb } from "../../src/tenant-plane/tenant-db.js";
import { leftBehind, NOTHING } from "../support/left-behind.js";
import { type Bouncer, findBouncer, startBouncer } from "../support/pgbouncer.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { work } from "../support/traffic.js";
import { type TestTenant, World } from "../support/world.js";

/** What a statement can leave in its session for whoever comes next. */
const LEAVINGS: Readonly<Record<string, string>> = {
  "a setting": "SET work_mem = '7MB'",
  "a setting of its own": "SET app.note = 'mine'",
  "a setting by function": "SELECT set_config('app.note', 'mine', false)",
  "its own context": "SELECT set_config('azora.context', current_setting('azora.context'), false)",
  "a cursor WITH HOLD": "DECLARE kept CURSOR WITH HOLD FOR SELECT title FROM tenant.documents",
  "a prepared statement": "PREPARE kept AS SELECT 1",
  "a channel it listens on": "LISTEN kept",
  "an advisory lock": "SELECT pg_advisory_lock(7)",
};

const program = findBouncer();
const SERVER_CONNECTIONS = 3;
const CLIENTS = 20;
const STEPS_EACH = 75;

// Below 1.21 PgBouncer knows nothing of named prepared statements: they have to be turned off.
const spellings = program?.tracksStatements ? [undefined, "pgbouncer=true" as const] : ["pgbouncer=true" as const];
const title = program
  ? `behind PgBouncer ${program.version} in transaction mode`
  : "behind PgBouncer (skipped: no pgbouncer on this machine; Debian has it as a package, AZORA_TEST_PGBOUNCER names another)";

describe.skipIf(!program)(title, () => {
  let world: World;
  let bouncer: Bouncer;
  let tenants: TestTenant[];
  const opened: Engine[] = [];

  beforeAll(async () => {
    if (!program) return;
    world = await World.open("server");
    const { serverUrl, password } = world.prepared;
    const logins = Object.fromEntries(["azora_runtime", ...Object.values(OPERATORS)].map((login) => [login, password]));
    bouncer = await startBouncer({ program, serverUrl, logins, poolSize: SERVER_CONNECTIONS });
    tenants = [world.a, world.b, await world.newTenant(), await world.newTenant(), await world.newTenant()];
  });
  afterAll(async () => {
    await Promise.all(opened.map((engine) => engine.close()));
    await bouncer?.stop();
    await world?.close();
  });

  /** One application process: its own pool of clients of the bouncer. */
  const application = (named?: "pgbouncer=true"): Engine => {
    const { owner, control, tenant } = urls();
    const engine = openServer({ owner, control: bouncer.through(control, named), tenant: bouncer.through(tenant, named) });
    opened.push(engine);
    return engine;
  };
  const urls = () => urlsOf(world.prepared.serverUrl, world.place, world.prepared.password);
  const db = (engine: Engine, { id, slug }: TestTenant) =>
    openTenantDb({ engine, contextKey: world.contextKey }, { accountId: id, actor: `worker of ${slug}` });
  const left = async () => {
    const found = await leftBehind(bouncer.through(urls().tenant), SERVER_CONNECTIONS);
    expect(new Set(found.map(({ pid }) => pid)).size).toBe(SERVER_CONNECTIONS);
    return found.map(({ pid: _, ...rest }) => rest);
  };
  const clean = Array(SERVER_CONNECTIONS).fill(NOTHING);

  it.each(spellings)("keeps 20 clients of 5 tenants apart on 3 connections, errors in between (%s)", async (named) => {
    const engines = [application(named), application(named)];
    const workers = Array.from({ length: CLIENTS }, (_, turn) => {
      const tenant = tenants[turn % tenants.length] as TestTenant;
      return work(tenant, () => db(engines[turn % engines.length] as Engine, tenant), STEPS_EACH);
    });
    const ledgers = await Promise.all(workers);
    expect(ledgers.flatMap(({ foreign }) => foreign)).toEqual([]);
    expect(ledgers.reduce((sum, { operations }) => sum + operations, 0)).toBe(CLIENTS * STEPS_EACH);
    for (const { id, slug } of tenants) {
      const made = ledgers.flatMap((ledger) => (ledger.tenant.id === id ? ledger.made : []));
      const rows = await world.look<{ number: string }>("SELECT number FROM tenant.documents WHERE account_id = $1", id);
      const stored = new Set(rows.map(({ number }) => number));
      expect(made.filter((number) => !stored.has(number))).toEqual([]);
      const elsewhere = "SELECT number FROM tenant.documents WHERE account_id <> $1 AND number LIKE $2 || '-%'";
      expect(await world.look(elsewhere, id, slug)).toEqual([]);
      const actors = "SELECT DISTINCT actor FROM tenant.audit_log WHERE account_id = $1 AND actor LIKE 'worker of %'";
      expect(await world.look(actors, id)).toEqual([{ actor: `worker of ${slug}` }]);
    }
    expect(await world.look("SELECT number FROM tenant.documents WHERE title = 'undone'")).toEqual([]);
    expect(await left()).toEqual(clean);
  });

  // From 1.21 on there is nothing to see: it follows the names.
  it.skipIf(program?.tracksStatements)("needs pgbouncer=true below 1.21: another session doesn't know the names", async () => {
    const engines = [application(), application()];
    const ledgers = await Promise.allSettled(
      Array.from({ length: 6 }, (_, turn) => {
        const tenant = tenants[turn % 2] as TestTenant;
        return work(tenant, () => db(engines[turn % 2] as Engine, tenant), 20);
      }),
    );
    const failed = ledgers.flatMap((ledger) => (ledger.status === "rejected" ? [String(ledger.reason)] : []));
    expect(failed.join()).toMatch(/prepared statement|bind message/);
  });

  describe("what raw SQL leaves in its session", () => {
    it.each(Object.entries(LEAVINGS))("%s is gone after its statement", async (_, sql) => {
      await db(application("pgbouncer=true"), world.a).$executeRawUnsafe(sql);
      expect(await left()).toEqual(clean);
    });

    it.each(Object.entries(LEAVINGS))("%s is gone after its transaction", async (_, sql) => {
      await db(application("pgbouncer=true"), world.a).$transaction(async (tx) => {
        await tx.$executeRawUnsafe(sql);
        await tx.document.count();
      });
      expect(await left()).toEqual(clean);
    });

    it.each(Object.entries(LEAVINGS))("%s is gone after a transaction that is undone", async (_, sql) => {
      const undone = db(application("pgbouncer=true"), world.a).$transaction(async (tx) => {
        await tx.$executeRawUnsafe(sql);
        throw new Error("undone");
      });
      await expect(undone).rejects.toThrow("undone");
      expect(await left()).toEqual(clean);
    });

    it("a lock is gone that was taken by a statement which failed, alone or in a transaction", async () => {
      const client = db(application("pgbouncer=true"), world.a);
      const sql = "SELECT 1 / length(pg_advisory_lock(7)::text)";
      await expect(client.$queryRawUnsafe(sql)).rejects.toThrow(/22012/);
      expect(await left()).toEqual(clean);
      await expect(client.$transaction((tx) => tx.$queryRawUnsafe(sql))).rejects.toThrow(/22012/);
      expect(await left()).toEqual(clean);
    });

    it.each(Object.entries(LEAVINGS))("%s would be seen, were it left", async (_, sql) => {
      const client = new Client({ connectionString: bouncer.through(urls().tenant) });
      await client.connect();
      const token = signContext(world.contextKey, { accountId: world.a.id, actor: "x" }, Date.now() / 1000 + 60);
      // In one message: the bouncer would give each statement any of the connections.
      await client.query(`BEGIN; SELECT set_config('azora.context', '${token}', true); ${sql}; COMMIT`);
      await client.end();
      expect(await left()).not.toEqual(clean);
    });
  });

  it("would be seen, were the context set for the session", async () => {
    const engine = application("pgbouncer=true");
    const broken = { ...engine, setContext: engine.setContext.replace("true", "false") };
    expect(broken.setContext).not.toBe(engine.setContext);
    await db(broken, world.a).document.count();
    const found = (await left()).filter(({ context }) => context !== null);
    expect(found.map(({ context }) => context)).toContainEqual(expect.stringContaining(world.a.id));
    expect(found.every(({ documents }) => documents > 0)).toBe(true);
  });

  it("rolls back what a client leaves open, and serves the next", async () => {
    const engine = application("pgbouncer=true");
    await db(engine, world.a).$executeRawUnsafe("BEGIN");
    await db(engine, world.a)
      .$executeRawUnsafe("LOCK TABLE tenant.documents")
      .catch(() => undefined);
    expect(await left()).toEqual(clean);
    expect(await db(engine, world.b).document.count()).toBeGreaterThan(0);
  });

  it("comes back from what times out, is cancelled or loses its connection", async () => {
    const engine = application("pgbouncer=true");
    const client = db(engine, world.a);
    const slow = client.$transaction((tx) => tx.$executeRaw`SELECT pg_sleep(1)::text`, { timeout: 100 });
    await expect(slow).rejects.toMatchObject({ code: "P2028" });
    const limited = client.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = '50ms'`;
      await tx.$executeRaw`SELECT pg_sleep(30)::text`;
    });
    await expect(limited).rejects.toThrow(/57014/);
    for (const [end, state] of [
      ["pg_cancel_backend", "57014"],
      ["pg_terminate_backend", "57P01|terminated"],
    ] as const) {
      const ended = expect(client.$executeRaw`SELECT pg_sleep(30)::text`).rejects.toThrow(new RegExp(state));
      const sleeping = `SELECT ${end}(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
      await expect.poll(() => world.look(sleeping)).not.toEqual([]);
      await ended;
      expect(await client.document.count()).toBeGreaterThan(0);
    }
    expect(await left()).toEqual(clean);
  });

  it("carries the control plane as well: eight tenants' lives at once, and a slug that is taken", async () => {
    const engine = application("pgbouncer=true");
    const { id, privateKey } = world.prepared.signingKey;
    const control = await openControlPlane(engine, parseSigningKey(id, privateKey));
    const slugs = Array.from({ length: 8 }, (_, turn) => `pooled-${turn}`);
    const lives = slugs.map(async (slug) => {
      const input = { slug, name: slug, ownerEmail: `o@${slug}.test`, plan: "free", ifNotExists: false };
      await createTenant(control, { ...input, dryRun: true });
      const { tenant } = await createTenant(control, { ...input, dryRun: false });
      await expect(createTenant(control, { ...input, dryRun: false })).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
      const client = db(engine, { ...tenant, marker: "" });
      expect(await client.role.count()).toBe(4);
      await suspendTenant(control, { tenant: slug, reason: "x", readOnly: false, dryRun: false });
      await expect(client.role.count()).rejects.toMatchObject({ code: "ACCOUNT_SUSPENDED" });
      await resumeTenant(control, { tenant: slug, dryRun: false });
      const read = [];
      for await (const entry of readAuditLog({ engine, contextKey: world.contextKey }, { accountId: tenant.id, actor: "x" })) {
        read.push(entry);
      }
      expect(new Set(read.map(({ accountId }) => accountId))).toEqual(new Set([tenant.id]));
      const { total } = await previewPurge(control, { tenant: slug });
      const { receipt } = await purgeTenant(control, { tenant: slug, reason: null, now: true });
      expect(Object.values(receipt.counts).reduce((sum, rows) => sum + rows, 0)).toBe(total);
      await expect(client.role.count()).rejects.toMatchObject({ code: "ACCOUNT_GONE" });
    });
    await Promise.all(lives);
    const { tenants: kept } = await listTenants(control, { limit: 1000 });
    expect(kept.map(({ slug }) => slug).sort()).toEqual(tenants.map(({ slug }) => slug).sort());
    expect(await left()).toEqual(clean);
    await control.client.$disconnect();
  });
});
