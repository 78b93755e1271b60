import { expect, it } from "vitest";
import { createTenant } from "../../src/control-plane/create-tenant.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { type AdminAuditEntry, readAdminAudit, tailAdminAudit } from "../../src/control-plane/read-admin-audit.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import type { TailOptions } from "../../src/database/logs/tail.js";
import { OPERATORS } from "../support/prepare.js";
import { describeOnBothEngines } from "../support/world.js";

describeOnBothEngines("the admin audit log", (world, kind) => {
  it("says who did what to whom, before and after, why, and in which request", async () => {
    const control = { ...world().control, request: { id: "ticket-42", command: "tenant:suspend" } };
    const { slug, id } = world().b;
    await suspendTenant(control, { tenant: slug, reason: "unpaid", readOnly: true, dryRun: false });
    const [entry] = (await all(readAdminAudit(control, { action: "tenant.suspend" }))).slice(-1);
    expect(entry).toMatchObject({
      operator: OPERATORS["vendor-admin"],
      outcome: "done",
      accountId: id,
      accountSlug: slug,
      oldValues: { status: "active", suspension: null },
      newValues: { status: "suspended", suspension: "read_only", suspension_reason: "unpaid" },
      reason: "unpaid",
      message: null,
      command: "tenant:suspend",
      requestId: "ticket-42",
    });
  });

  it("has refused attempts like the others, with what was said, and of the next request nothing", async () => {
    const support = { ...(await world().as("support")), request: { id: "try-1", command: "tenant:purge" } };
    const order = { tenant: world().a.slug, reason: null, now: true, dryRun: false };
    await expect(purgeTenant(support, order)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    const admin = await world().as("vendor-admin");
    const made = { slug: "gamma", name: "Gamma", ownerEmail: "o@gamma.test", plan: "free", ifNotExists: false, dryRun: false };
    await createTenant(admin, made);
    const entries = await all(readAdminAudit(admin));
    expect(entries.find(({ requestId }) => requestId === "try-1")).toMatchObject({
      operator: OPERATORS.support,
      action: "tenant.purge",
      outcome: "refused",
      accountSlug: world().a.slug,
      command: "tenant:purge",
      message: expect.stringContaining("permission denied"),
    });
    const created = entries.filter(({ accountSlug }) => accountSlug === "gamma");
    expect(new Set(created.map(({ requestId }) => requestId))).toEqual(new Set([admin.request.id]));
    await world().look("UPDATE control.accounts SET name = 'By hand' WHERE slug = 'gamma'");
    const byHand = (await all(readAdminAudit(admin))).at(-1);
    expect(byHand).toMatchObject({ operator: "postgres", action: "tenant.update", command: null, requestId: null });
  });

  it("shows its end", async () => {
    const every = await all(readAdminAudit(world().control));
    for (const lines of [1, 3, 1000]) {
      expect(await all(tailAdminAudit(world().control, { lines, follow: false }))).toEqual(every.slice(-lines));
    }
  });

  it.skipIf(kind === "embedded")(
    // There the one session is either the reader's or a writer's.
    "is followed without a gap: over commits in another order, and over lost connections",
    async () => {
      const troubles: string[] = [];
      const options: TailOptions = { lines: 1, follow: true, intervalMs: 20, onTrouble: ({ code }) => troubles.push(code) };
      const tail = tailAdminAudit(world().control, options);
      await tail.next();
      const found: AdminAuditEntry[] = [];
      const reading = (async () => {
        for await (const entry of tail) {
          if (entry.action !== "settings.insert") continue;
          found.push(entry);
          if (found.length === 12) return;
        }
      })();
      const write = (client: { query(sql: string): Promise<unknown> }, key: string) =>
        client.query(`INSERT INTO control.settings (key, value) VALUES ('${key}', '1')`);
      const slow = await world().owner.connect();
      await slow.query("BEGIN");
      await write(slow, "first begun, last seen");
      for (let at = 0; at < 10; at++) {
        await write(world().owner, `quick ${at}`);
        if (at === 3) await shutReadersOut();
        if (at === 6) await expect.poll(() => troubles, { timeout: 20_000 }).toContain("UNREACHABLE");
        if (at === 6) await world().look(`ALTER DATABASE ${world().place} CONNECTION LIMIT -1`);
      }
      await expect.poll(() => found.length, { timeout: 20_000 }).toBe(10);
      await slow.query("COMMIT");
      slow.release();
      await write(world().owner, "after all");
      await reading;
      const keys = found.map(({ newValues }) => (newValues as { key: string }).key);
      expect(keys.filter((key) => key.startsWith("quick"))).toEqual(Array.from({ length: 10 }, (_, at) => `quick ${at}`));
      expect(keys.slice(10)).toEqual(["first begun, last seen", "after all"]);
    },
  );

  /** Ends the operators' sessions, and lets no new one in. */
  async function shutReadersOut(): Promise<void> {
    await world().look(`ALTER DATABASE ${world().place} CONNECTION LIMIT 0`);
    await world().look(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'azora control' AND datname = current_database()",
    );
  }
});

async function all<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}
