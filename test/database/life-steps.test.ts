import { beforeAll, expect, it } from "vitest";
import { previewPurge } from "../../src/control-plane/preview-purge.js";
import { resumeTenant } from "../../src/control-plane/resume-tenant.js";
import { cancelPurge, schedulePurge } from "../../src/control-plane/schedule-purge.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { tenantStats } from "../../src/control-plane/tenant-stats.js";
import { updateTenant } from "../../src/control-plane/update-tenant.js";
import { countRows } from "../support/fingerprint.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

const STATES = ["provisioning", "active", "suspended", "purge_scheduled", "purging"] as const;
type State = (typeof STATES)[number];

/** Every step that there is; whatever isn't here must be refused. */
const LEGAL: readonly `${State} -> ${State}`[] = [
  "provisioning -> active",
  "provisioning -> suspended",
  "active -> suspended",
  "suspended -> active",
  "suspended -> purge_scheduled",
  "purge_scheduled -> suspended",
  "suspended -> purging",
  "purge_scheduled -> purging",
];

/** What a row must hold beside its status. */
const COLUMNS: Readonly<Record<State, string>> = {
  provisioning: "suspension = NULL, suspension_cause = NULL, purge_after = NULL",
  active: "suspension = NULL, suspension_cause = NULL, purge_after = NULL",
  suspended: "suspension = 'full', suspension_cause = 'operator', purge_after = NULL",
  purge_scheduled: "suspension = 'full', suspension_cause = 'operator', purge_after = now(), purge_requested_by = 'test'",
  purging: "suspension = 'full', suspension_cause = 'operator'",
};

const STEPS = STATES.flatMap((from) => STATES.filter((to) => to !== from).map((to) => ({ from, to })));

describeOnBothEngines("the steps of a tenant's life", (world) => {
  const to = (state: State, { id }: TestTenant) =>
    world().look(`UPDATE control.accounts SET status = '${state}', ${COLUMNS[state]} WHERE id = $1`, id);
  const statusOf = async ({ id }: TestTenant) =>
    (await world().look<{ status: string }>("SELECT status FROM control.accounts WHERE id = $1", id))[0]?.status;
  /** Past the trigger, to begin where a test wants. */
  const put = async (state: State, tenant: TestTenant) => {
    await world().look("ALTER TABLE control.accounts DISABLE TRIGGER account_step");
    await to(state, tenant).finally(() => world().look("ALTER TABLE control.accounts ENABLE ALWAYS TRIGGER account_step"));
  };

  // A purge ends in the transaction that began it (purge-sweep.test.ts); here each step is looked at alone.
  beforeAll(() => world().look("ALTER TABLE control.accounts DISABLE TRIGGER require_close"));

  it("are these, for the database's administrator as well", async () => {
    const tenant = await world().newTenant();
    const taken: string[] = [];
    for (const { from, to: next } of STEPS) {
      await put(from, tenant);
      const error = await to(next, tenant).then(
        () => undefined,
        (reason: { code: string }) => reason.code,
      );
      if (!error) taken.push(`${from} -> ${next}`);
      else expect(error, `${from} -> ${next}`).toBe("AZ007");
    }
    expect(taken.sort()).toEqual([...LEGAL].sort());
  });

  it("would be seen to be others, if the trigger were gone", async () => {
    const tenant = await world().newTenant();
    await world().look("ALTER TABLE control.accounts DISABLE TRIGGER account_step");
    await expect(to("purging", tenant)).resolves.toEqual([]);
    await world().look("ALTER TABLE control.accounts ENABLE ALWAYS TRIGGER account_step");
    await expect(to("active", tenant)).rejects.toMatchObject({ code: "AZ007" });
  });

  it("hold with silenced triggers too", async () => {
    const { id } = await world().newTenant();
    const client = await world().owner.connect();
    await client.query("BEGIN; SET LOCAL session_replication_role = replica");
    const step = client.query(`UPDATE control.accounts SET status = 'purging', ${COLUMNS.purging} WHERE id = '${id}'`);
    await expect(step).rejects.toMatchObject({ code: "AZ007" });
    await client.query("ROLLBACK");
    client.release();
  });

  it.each(["suspended", "purge_scheduled", "purging"])("don't begin with %s", async (status) => {
    const insert = `INSERT INTO control.accounts (slug, name, contact_email, status) VALUES ('born', 'x', 'x@x.test', '${status}')`;
    await expect(world().look(insert)).rejects.toMatchObject({ code: "AZ007" });
  });

  it("keep everybody out of a tenant that is still being made", async () => {
    const tenant = await world().newTenant();
    const db = world().db(tenant);
    await put("provisioning", tenant);
    await expect(db.document.count()).rejects.toMatchObject({ code: "ACCOUNT_NOT_READY" });
    await to("active", tenant);
    expect(await db.document.count()).toBe(0);
  });

  it("leave a tenant that may read reading until its scheduled purge", async () => {
    const tenant = await world().newTenant();
    const db = world().db(tenant);
    const order = { tenant: tenant.slug, dryRun: false };
    await suspendTenant(world().control, { ...order, reason: "leaving", readOnly: true });
    await schedulePurge(world().control, { ...order, reason: null, afterSeconds: 3600 });
    expect(await db.role.count()).toBe(4);
    await expect(db.document.create({ data: { number: "X", title: "x" } })).rejects.toMatchObject({ code: "ACCOUNT_READ_ONLY" });
    await expect(resumeTenant(world().control, order)).rejects.toMatchObject({
      code: "ILLEGAL_STEP",
      hint: expect.stringContaining("--cancel"),
    });
    const back = await cancelPurge(world().control, order);
    expect(back).toMatchObject({ changed: true, tenant: { status: "suspended", suspension: "read-only", purgeAfter: null } });
    expect(await cancelPurge(world().control, order)).toMatchObject({ changed: false });
    expect(await statusOf(tenant)).toBe("suspended");
  });

  it("keep an operator's suspension from billing, and billing's own reason apart", async () => {
    const { slug } = await world().newTenant();
    const order = { tenant: slug, dryRun: false };
    const unpaid = { ...order, reason: "unpaid", readOnly: false, forNonpayment: true };
    await suspendTenant(world().control, { ...order, reason: "abuse", readOnly: false });
    const billing = await world().as("billing");
    expect(await suspendTenant(billing, unpaid)).toMatchObject({ changed: false, tenant: { suspensionReason: "abuse" } });
    const refused = { code: "NOT_PERMITTED" };
    await expect(resumeTenant(billing, { ...order, fromNonpayment: true })).rejects.toMatchObject(refused);
    await expect(resumeTenant(billing, order)).rejects.toMatchObject(refused);
    await expect(suspendTenant(billing, { ...unpaid, forNonpayment: false })).rejects.toMatchObject(refused);
    const admin = await world().as("vendor-admin");
    await resumeTenant(admin, order);
    await suspendTenant(admin, unpaid);
    const again = await world().as("billing");
    expect(await resumeTenant(again, { ...order, fromNonpayment: true })).toMatchObject({ changed: true });
    await world().as("vendor-admin");
  });
});

describeOnBothEngines("what the vendor knows of a tenant", (world, kind) => {
  it("is changed key by key, logged before and after", async () => {
    const { slug, id } = await world().newTenant();
    const order = { tenant: id, dryRun: false };
    const first = { ...order, name: " New Name ", region: "eu-central", metadata: { crm: "A-1", tier: "gold" } };
    expect(await updateTenant(world().control, first)).toMatchObject({
      changed: true,
      tenant: { name: "New Name", slug, region: "eu-central", metadata: { crm: "A-1", tier: "gold" } },
    });
    expect(await updateTenant(world().control, first)).toMatchObject({ changed: false });
    const second = { ...order, slug: `${slug}-2`, region: "", metadata: { tier: null } };
    expect(await updateTenant(world().control, second)).toMatchObject({
      tenant: { slug: `${slug}-2`, region: null, metadata: { crm: "A-1" } },
    });
    const [line] = await world().look(
      "SELECT action, old_values, new_values FROM control.admin_audit_log WHERE account_id = $1 ORDER BY id DESC LIMIT 1",
      id,
    );
    expect(line).toMatchObject({
      action: "tenant.update",
      old_values: { slug, region: "eu-central" },
      new_values: { slug: `${slug}-2`, region: null },
    });
  });

  it("takes no slug that is taken, nor a bad one, past the operation either", async () => {
    const { id } = await world().newTenant();
    const order = { tenant: id, dryRun: false };
    await expect(updateTenant(world().control, { ...order, slug: "alpha" })).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    await expect(updateTenant(world().control, { ...order, slug: "No Slug" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(updateTenant(world().control, { ...order, region: "No!" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    const pool = await world().engine.pool("control");
    const call = "SELECT control.update_account($1, $2, NULL, $3, $4)";
    for (const values of [
      ["No Slug", null, null],
      [null, "No!", null],
      [null, null, JSON.stringify({ x: "x".repeat(20_000) })],
    ]) {
      await expect(pool.query(call, [id, ...values])).rejects.toMatchObject({ code: "23514" });
    }
  });

  it("includes how much it has, as sums, logged, for vendor admins alone", async () => {
    const { a, b } = world();
    const { tables, total } = await tenantStats(world().control, a.slug);
    const counted = await countRows(world(), a.id);
    expect(Object.fromEntries(Object.entries(tables).map(([table, { rows }]) => [table, rows]))).toEqual(counted);
    expect(total.rows).toBe(Object.values(counted).reduce((sum, rows) => sum + rows, 0));
    const [stored] = await world().look<{ bytes: number }>(
      "SELECT sum(24 + pg_column_size(account_id) + pg_column_size(id) + pg_column_size(name) + coalesce(pg_column_size(description), 0) + pg_column_size(created_at))::int AS bytes FROM tenant.roles WHERE account_id = $1",
      a.id,
    );
    expect(tables["tenant.roles"]?.bytes).toBe(stored?.bytes);
    expect((await previewPurge(world().control, { tenant: a.slug })).counts).toEqual(counted);
    const lines = await world().look(
      "SELECT 1 FROM control.admin_audit_log WHERE action = 'tenant.stats' AND account_id = $1",
      a.id,
    );
    expect(lines).toHaveLength(2);
    for (const role of ["billing", "support"] as const) {
      const operator = await world().as(role);
      await expect(tenantStats(operator, b.slug)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    }
    await world().as("vendor-admin");
  });

  // The embedded engine has one session: there nothing runs beside a transaction.
  it.skipIf(kind === "embedded")("lets the tenant work while it is counted", async () => {
    const { a } = world();
    const operator = await (await world().engine.pool("control")).connect();
    await operator.query("BEGIN");
    await operator.query("SELECT control.account_statistics($1)", [a.id]);
    await world()
      .db(a)
      .document.create({ data: { number: "WHILE", title: "x" } });
    await operator.query("ROLLBACK");
    operator.release();
  });
});
