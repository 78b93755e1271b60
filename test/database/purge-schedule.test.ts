import { expect, it } from "vitest";
import { holdTenant, releaseTenant } from "../../src/control-plane/hold-tenant.js";
import { checkPurge } from "../../src/control-plane/preview-purge.js";
import { purgeDue } from "../../src/control-plane/purge-due.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { approvePurge, cancelPurge, schedulePurge } from "../../src/control-plane/schedule-purge.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { ensureOperator, setPassword } from "../../src/database/logins.js";
import { openServer } from "../../src/database/server.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

const ADMIN = OPERATORS["vendor-admin"];

async function suspended(world: World): Promise<TestTenant> {
  const tenant = await world.newTenant();
  await suspendTenant(world.control, { tenant: tenant.slug, reason: "leaving", readOnly: false, dryRun: false });
  return tenant;
}

function isThere(world: World, { id }: TestTenant): Promise<unknown[]> {
  return world.look("SELECT id FROM control.accounts WHERE id = $1", id);
}

describeOnBothEngines("a purge in a while", (world) => {
  const schedule = ({ slug }: TestTenant, afterSeconds: number, dryRun = false) =>
    schedulePurge(world().control, { tenant: slug, reason: "contract ended", afterSeconds, dryRun });
  const purge = ({ slug }: TestTenant, now = false) => purgeTenant(world().control, { tenant: slug, reason: null, now });

  it("begins with a suspended tenant; at once it takes an active one only with --now", async () => {
    const tenant = await world().newTenant();
    const refused = { code: "ILLEGAL_STEP", hint: expect.stringContaining("--now") };
    await expect(schedule(tenant, 60)).rejects.toMatchObject(refused);
    await expect(purge(tenant)).rejects.toMatchObject(refused);
    await expect(checkPurge(world().control, { tenant: tenant.slug, now: false })).rejects.toMatchObject(refused);
    await checkPurge(world().control, { tenant: tenant.slug, now: true });
    expect(await world().look("SELECT status FROM control.accounts WHERE id = $1", tenant.id)).toEqual([{ status: "active" }]);
    expect(await purge(tenant, true)).toMatchObject({ purged: true });
    const lines = await world().look(
      "SELECT action, outcome FROM control.admin_audit_log WHERE account_id = $1 AND action LIKE 'tenant.%' ORDER BY id",
      tenant.id,
    );
    expect(lines.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "tenant.create done",
      "tenant.activate done",
      "tenant.purge.schedule refused",
      "tenant.purge refused",
      "tenant.purge refused",
      "tenant.suspend done",
      "tenant.purge done",
    ]);
  });

  it("waits for its time, runs when it is due, and says in the receipt who asked", async () => {
    const [later, due] = [await suspended(world()), await suspended(world())];
    expect(await schedule(later, 3600, true)).toMatchObject({ changed: true, dryRun: true });
    expect(await schedule(later, 3600)).toMatchObject({ changed: true, tenant: { status: "purge-scheduled" } });
    expect(await schedule(later, 60)).toMatchObject({ changed: false });
    await expect(purge(later)).rejects.toMatchObject({ code: "ILLEGAL_STEP" });
    await schedule(due, 0);
    expect(await purgeDue(world().control, { dryRun: true })).toMatchObject({ receipts: [], due: [due.slug], kept: [] });
    expect(await isThere(world(), due)).toHaveLength(1);
    const told: string[] = [];
    const { receipts, kept } = await purgeDue(world().control, { dryRun: false, onTenant: (slug) => told.push(slug) });
    expect({ kept, told }).toEqual({ kept: [], told: [due.slug] });
    expect(JSON.parse(receipts[0]?.payload ?? "")).toMatchObject({
      slug: due.slug,
      reason: "contract ended",
      requestedBy: ADMIN,
      approvedBy: [],
    });
    expect(await isThere(world(), due)).toEqual([]);
    expect(await isThere(world(), later)).toHaveLength(1);
    expect(await purge(later, true)).toMatchObject({ purged: true });
  });

  it.each([-1, 11 * 365 * 86_400])("is refused for a time %s s away", async (seconds) => {
    await expect(schedule(await suspended(world()), seconds)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("is due by nobody's clock but the database's", async () => {
    const tenant = await suspended(world());
    await schedule(tenant, 3600);
    const pool = await world().engine.pool("control");
    const call = "SELECT FROM control.purge_account($1, NULL, false)";
    await expect(pool.query(call, [tenant.id])).rejects.toMatchObject({ code: "AZ007" });
    await expect(pool.query("UPDATE control.accounts SET purge_after = now()")).rejects.toMatchObject({ code: "42501" });
  });
});

describeOnBothEngines("a legal hold", (world) => {
  const hold = ({ slug }: TestTenant) => holdTenant(world().control, { tenant: slug, reason: "case 44", dryRun: false });
  const release = ({ slug }: TestTenant) => releaseTenant(world().control, { tenant: slug, reason: "settled", dryRun: false });

  it("keeps a tenant from every purge: an operator's, a scheduled one, SQL by hand, silenced triggers", async () => {
    const tenant = await suspended(world());
    const order = { tenant: tenant.slug, reason: null, dryRun: false };
    await schedulePurge(world().control, { ...order, afterSeconds: 0 });
    expect(await hold(tenant)).toMatchObject({ changed: true, tenant: { heldBy: ADMIN, holdReason: "case 44" } });
    expect(await hold(tenant)).toMatchObject({ changed: false });
    const held = { code: "LEGAL_HOLD", message: expect.stringContaining("case 44") };
    await expect(purgeTenant(world().control, order)).rejects.toMatchObject(held);
    await expect(purgeTenant(world().control, { ...order, now: true })).rejects.toMatchObject(held);
    expect(await purgeDue(world().control, { dryRun: false })).toMatchObject({ receipts: [], kept: [{ slug: tenant.slug }] });
    const remove = `DELETE FROM control.accounts WHERE id = '${tenant.id}'`;
    for (const before of ["", "SET LOCAL ROLE azora_owner;", "SET LOCAL session_replication_role = replica;"]) {
      await expect(inTransaction(`${before} ${remove}`), before).rejects.toMatchObject({ code: "AZ008" });
    }
    const both = `UPDATE control.accounts SET held_at = NULL, held_by = NULL, hold_reason = NULL, status = 'purging' WHERE id = '${tenant.id}'`;
    await expect(world().look(both)).rejects.toMatchObject({ code: "AZ008" });
    expect(await isThere(world(), tenant)).toHaveLength(1);

    expect(await release(tenant)).toMatchObject({ changed: true, tenant: { heldAt: null } });
    expect(await release(tenant)).toMatchObject({ changed: false });
    expect(await purgeDue(world().control, { dryRun: false })).toMatchObject({ receipts: [{ slug: tenant.slug }] });
    const lines = await world().look(
      "SELECT action, reason FROM control.admin_audit_log WHERE account_id = $1 AND outcome = 'done' AND action IN ('tenant.hold', 'tenant.release')",
      tenant.id,
    );
    expect(lines).toEqual([
      { action: "tenant.hold", reason: "case 44" },
      { action: "tenant.release", reason: "settled" },
    ]);
  });

  it("would be seen to hold nothing, if its trigger were gone", async () => {
    const tenant = await world().newTenant();
    await hold(tenant);
    await world().look("ALTER TABLE control.accounts DISABLE TRIGGER account_step");
    await world().look("DELETE FROM control.accounts WHERE id = $1", tenant.id);
    await world().look("ALTER TABLE control.accounts ENABLE ALWAYS TRIGGER account_step");
    expect(await isThere(world(), tenant)).toEqual([]);
  });

  it("lets the tenant work, and is a vendor admin's", async () => {
    const { a } = world();
    await hold(a);
    expect(await world().db(a).document.count()).toBe(2);
    for (const role of ["billing", "support"] as const) {
      await world().as(role);
      await expect(release(a)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    }
    await world().as("vendor-admin");
    await release(a);
  });

  /** The error of the transaction, not of its end. */
  async function inTransaction(sql: string): Promise<void> {
    const client = await world().owner.connect();
    try {
      await client.query(`BEGIN; ${sql}; COMMIT`);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  }
});

describeOnBothEngines("two persons", (world) => {
  const SECOND = "azora_test_second";
  const order = ({ slug }: TestTenant) => ({ tenant: slug, reason: null, dryRun: false });

  /** The same database as the second vendor admin. */
  async function asSecond(): Promise<void> {
    await ensureOperator(world().owner, SECOND, "vendor-admin");
    const { serverUrl, password } = world().prepared;
    if (world().kind === "server") await setPassword(world().owner, SECOND, password);
    await world().use(() =>
      world().kind === "embedded" ? world().openEngine(SECOND) : openServer(urlsOf(serverUrl, world().place, password, SECOND)),
    );
  }

  it("have to agree where the setting says so, and the requester is one of them", async () => {
    await world().look("INSERT INTO control.settings (key, value) VALUES ('purge.approvals', '2')");
    const tenant = await suspended(world());
    const needs = { code: "NEEDS_APPROVAL" };
    await expect(purgeTenant(world().control, order(tenant))).rejects.toMatchObject(needs);
    await expect(purgeTenant(world().control, { ...order(tenant), now: true })).rejects.toMatchObject(needs);
    await expect(approvePurge(world().control, order(tenant))).rejects.toMatchObject({ code: "ILLEGAL_STEP" });
    await schedulePurge(world().control, { ...order(tenant), afterSeconds: 0 });
    await expect(approvePurge(world().control, order(tenant))).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect(await purgeDue(world().control, { dryRun: false })).toMatchObject({ kept: [{ code: "NEEDS_APPROVAL" }] });
    const pool = await world().engine.pool("control");
    const forged = `INSERT INTO control.purge_approvals (account_id, operator) VALUES ('${tenant.id}', 'somebody')`;
    await expect(pool.query(forged)).rejects.toMatchObject({ code: "42501" });

    await asSecond();
    expect(await approvePurge(world().control, order(tenant))).toMatchObject({ changed: true });
    expect(await approvePurge(world().control, order(tenant))).toMatchObject({ changed: false });
    await cancelPurge(world().control, order(tenant));
    await schedulePurge(world().control, { ...order(tenant), afterSeconds: 0 });
    await expect(purgeTenant(world().control, order(tenant)), "an approval outlived its request").rejects.toMatchObject(needs);

    await world().as("vendor-admin");
    await approvePurge(world().control, order(tenant));
    const { receipt } = await purgeTenant(world().control, order(tenant));
    expect(JSON.parse(receipt.payload)).toMatchObject({
      requestedBy: SECOND,
      requestedAt: expect.stringMatching(/^\d{4}-/),
      approvedBy: [{ operator: ADMIN }],
      operator: ADMIN,
    });
    await world().look("DELETE FROM control.settings WHERE key = 'purge.approvals'");
  });

  it("aren't asked for where the setting doesn't", async () => {
    const tenant = await suspended(world());
    expect(await purgeTenant(world().control, order(tenant))).toMatchObject({ purged: true });
  });
});
