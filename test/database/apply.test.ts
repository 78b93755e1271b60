import { beforeAll, expect, it } from "vitest";
import { type ApplyResult, applyPlan } from "../../src/control-plane/apply/apply.js";
import { type Plan, planChanges } from "../../src/control-plane/apply/plan.js";
import { readPlan, writePlan } from "../../src/control-plane/apply/plan-file.js";
import { allTenants } from "../../src/control-plane/apply/state.js";
import { createTenant } from "../../src/control-plane/create-tenant.js";
import { holdTenant } from "../../src/control-plane/hold-tenant.js";
import { type DeclaredTenant, parseManifest } from "../../src/control-plane/manifest/parse.js";
import { writeManifest } from "../../src/control-plane/manifest/write.js";
import { schedulePurge } from "../../src/control-plane/schedule-purge.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { updateTenant } from "../../src/control-plane/update-tenant.js";
import { whollyMade } from "../support/whole-tenant.js";
import { describeOnBothEngines, type World } from "../support/world.js";

const declared = (slug: string, more: Partial<DeclaredTenant> = {}): DeclaredTenant => ({
  slug,
  name: `Company ${slug}`,
  ownerEmail: `owner@${slug}.test`,
  ...more,
});

const many = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => declared(`${prefix}-${at}`));

async function plan({ control }: World, tenants: readonly DeclaredTenant[], pruneAfterSeconds?: number): Promise<Plan> {
  const { declarations, problems } = parseManifest("tenants.yaml", JSON.stringify({ tenants }));
  expect(problems).toEqual([]);
  const prune = pruneAfterSeconds === undefined ? {} : { pruneAfterSeconds };
  return planChanges(control, { declarations, reason: "as declared", ...prune });
}

async function apply(world: World, tenants: readonly DeclaredTenant[]): Promise<ApplyResult> {
  return applyPlan(world.control, await plan(world, tenants));
}

/** The newest version of every row of the control plane, and how long its log is: a write shows in either. */
async function versions(world: World): Promise<unknown> {
  return world.look(
    `SELECT (SELECT array_agg(xmin::text || ctid::text ORDER BY id) FROM control.accounts) AS accounts,
            (SELECT array_agg(xmin::text || ctid::text ORDER BY id) FROM control.subscriptions) AS subscriptions,
            (SELECT max(id) FROM control.admin_audit_log) AS log`,
  );
}

async function logOf(world: World, slug: string): Promise<string[]> {
  const rows = await world.look<{ action: string; reason: string | null }>(
    "SELECT action, reason FROM control.admin_audit_log WHERE account_slug = $1 ORDER BY id",
    slug,
  );
  return rows.map(({ action, reason }) => (reason === null ? action : `${action}: ${reason}`));
}

describeOnBothEngines("applying what is declared", (world, kind) => {
  it("makes new tenants in sets, each as tenant:create makes it", async () => {
    const before = await world().look("SELECT count(*)::int AS n FROM control.accounts");
    const progress: number[] = [];
    const wanted = await plan(world(), many("set", 260));
    expect(wanted.steps).toHaveLength(260);
    const result = await applyPlan(world().control, wanted, (done) => progress.push(done));
    expect(result).toMatchObject({ created: 260, updated: 0, pruned: 0, unchanged: 0, failed: [] });
    expect(progress).toEqual([0, 250, 260]);
    const [after] = await world().look<{ n: number }>("SELECT count(*)::int AS n FROM control.accounts");
    expect((after?.n ?? 0) - Number(before[0]?.n)).toBe(260);
    await createTenant(world().control, {
      ...declared("by-hand"),
      plan: "free",
      ifNotExists: false,
      dryRun: false,
    });
    expect(await whollyMade(world(), "set-7")).toEqual(await whollyMade(world(), "by-hand"));
    expect((await world().look("SELECT FROM guard.purges")).length).toBe(0);
    for (const slug of ["set-0", "set-259"]) {
      const [row] = await world().look<{ id: string }>("SELECT id FROM control.accounts WHERE slug = $1", slug);
      expect(
        await world()
          .db({ id: row?.id ?? "", slug, marker: "" })
          .role.count(),
      ).toBe(4);
    }
  });

  it("changes nothing the second time, and writes nothing", async () => {
    const before = await versions(world());
    const again = await plan(world(), many("set", 260));
    expect(again).toMatchObject({ steps: [], unchanged: 260 });
    expect(await applyPlan(world().control, again)).toMatchObject({ created: 0, updated: 0, unchanged: 260 });
    expect(await versions(world())).toEqual(before);
    await updateTenant(world().control, { tenant: "set-3", name: "Other", dryRun: false });
    expect(await versions(world())).not.toEqual(before);
    expect((await plan(world(), many("set", 260))).steps).toHaveLength(1);
  });

  it("changes what differs and leaves what isn't said, in one transaction a tenant", async () => {
    await apply(world(), [declared("full", { region: "eu-1", metadata: { a: "1", b: { c: [2] } }, plan: "team" })]);
    const all = { name: "New name", ownerEmail: "new@full.test", plan: "enterprise", status: "suspended" as const, region: null };
    expect(await apply(world(), [declared("full", { ...all, metadata: { b: { c: [3] }, d: true } })])).toMatchObject({
      updated: 1,
    });
    const [account] = await world().look(
      `SELECT a.name, a.contact_email, p.code, a.status, a.suspension, a.suspension_reason, a.region, a.metadata
       FROM control.accounts a JOIN control.subscriptions s ON s.account_id = a.id JOIN control.plans p ON p.id = s.plan_id WHERE a.slug = 'full'`,
    );
    expect(account).toEqual({
      name: "New name",
      contact_email: "new@full.test",
      code: "enterprise",
      status: "suspended",
      suspension: "full",
      suspension_reason: "as declared",
      region: null,
      metadata: { b: { c: [3] }, d: true },
    });
    const [sharing] = await world().look(
      `SELECT count(DISTINCT transaction_id)::int AS transactions FROM control.admin_audit_log l
       WHERE l.action IN ('tenant.update', 'subscriptions.update', 'tenant.suspend')
         AND l.account_id = (SELECT id FROM control.accounts WHERE slug = 'full')`,
    );
    expect(sharing).toEqual({ transactions: 1 });
    expect(await apply(world(), [{ slug: "full", name: "New name", ownerEmail: "new@full.test" }])).toMatchObject({
      unchanged: 1,
    });
    expect(
      await apply(world(), [{ slug: "full", name: "New name", ownerEmail: "new@full.test", status: "active" }]),
    ).toMatchObject({
      updated: 1,
    });
    expect(await logOf(world(), "full")).toEqual([
      "tenant.create",
      "tenant.activate",
      "tenant.update",
      "tenant.suspend: as declared",
      "tenant.resume",
    ]);
  });

  it("makes a tenant suspended from the start, in the transaction that makes it", async () => {
    await apply(world(), [declared("asleep", { status: "suspended" }), declared("awake")]);
    const rows = await world().look(
      `SELECT account_slug AS slug, array_agg(action ORDER BY id) AS actions, count(DISTINCT transaction_id)::int AS transactions
       FROM control.admin_audit_log WHERE account_slug IN ('asleep', 'awake') GROUP BY account_slug ORDER BY account_slug`,
    );
    expect(rows).toEqual([
      { slug: "asleep", actions: ["tenant.create", "tenant.activate", "tenant.suspend"], transactions: 1 },
      { slug: "awake", actions: ["tenant.create", "tenant.activate"], transactions: 1 },
    ]);
  });

  it("collects what fails, tenant by tenant, and does the rest", async () => {
    const tooLong = { metadata: { text: "x".repeat(20_000) } };
    const result = await apply(world(), [...many("good", 3), declared("bad", tooLong), declared("full", { name: "Again" })]);
    expect(result).toMatchObject({
      created: 3,
      updated: 1,
      failed: [{ slug: "bad", message: expect.stringContaining("metadata") }],
    });
    expect(result.failed).toHaveLength(1);
    expect(await world().look("SELECT FROM control.accounts WHERE slug = 'bad'")).toEqual([]);
  });

  it("a set that breaks half way leaves nothing of the tenant that broke it", async () => {
    await world().look(`CREATE FUNCTION public.trip() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.email = 'owner@trip-1.test' THEN RAISE EXCEPTION 'tripped'; END IF; RETURN NEW; END $$`);
    await world().look("CREATE TRIGGER trip BEFORE INSERT ON tenant.users FOR EACH ROW EXECUTE FUNCTION public.trip()");
    const result = await apply(world(), many("trip", 3));
    await world().look("DROP FUNCTION public.trip() CASCADE");
    expect(result).toMatchObject({ created: 2, failed: [{ slug: "trip-1", message: expect.stringContaining("tripped") }] });
    expect(await logOf(world(), "trip-1")).toEqual([]);
    expect(await apply(world(), many("trip", 3))).toMatchObject({ created: 1, unchanged: 2 });
    expect(await whollyMade(world(), "trip-1")).toEqual(await whollyMade(world(), "trip-0"));
  });

  it("refuses a plan that there isn't before anything is done, with the place and the one that was meant", async () => {
    await expect(plan(world(), [declared("new-1"), declared("new-2", { plan: "taem" })])).rejects.toMatchObject({
      code: "INVALID_INPUT",
      problems: [{ file: "tenants.yaml", line: 1, message: expect.stringContaining("did you mean team?") }],
    });
  });

  it("writes with tenant:list what it reads: nothing is to do", async () => {
    const tenants = await allTenants(world().control);
    const { declarations } = parseManifest("t.yaml", writeManifest(tenants));
    expect(declarations.length).toBeGreaterThan(260);
    const round = await planChanges(world().control, { declarations, reason: "x", pruneAfterSeconds: 0 });
    expect(round).toMatchObject({ steps: [], kept: [], unchanged: declarations.length });
  });

  it.each(["support", "billing"] as const)("%s may not, not even plan", async (role) => {
    await world().as(role);
    const refused = plan(world(), [declared("nobody")]);
    await expect(refused).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await world().as("vendor-admin");
  });

  it.skipIf(kind === "embedded")(
    // One session can't wait for itself.
    "a change by somebody else in the middle is a conflict, not overwritten",
    async () => {
      await apply(world(), [declared("contested")]);
      const wanted = await plan(world(), [declared("contested", { name: "Ours" })]);
      const other = await world().owner.connect();
      await other.query("BEGIN");
      await other.query("UPDATE control.accounts SET name = 'Theirs' WHERE slug = 'contested'");
      const applying = applyPlan(world().control, wanted);
      const waiting = () =>
        world().look("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");
      await expect.poll(waiting, { timeout: 30_000 }).not.toEqual([]);
      await other.query("COMMIT");
      other.release();
      expect(await applying).toMatchObject({ updated: 0, failed: [{ slug: "contested", code: "CONFLICT" }] });
      expect(await world().look("SELECT name FROM control.accounts WHERE slug = 'contested'")).toEqual([{ name: "Theirs" }]);
    },
  );

  it.skipIf(kind === "embedded")(
    // One session can't race itself.
    "two who apply the same at once make each tenant once",
    async () => {
      const wanted = await plan(world(), many("race", 120));
      const results = await Promise.all([applyPlan(world().control, wanted), applyPlan(world().control, wanted)]);
      expect(results.reduce((sum, { created }) => sum + created, 0)).toBe(120);
      const rows = await world().look("SELECT count(*)::int AS n FROM control.accounts WHERE slug LIKE 'race-%'");
      expect(rows).toEqual([{ n: 120 }]);
      expect((await plan(world(), many("race", 120))).steps).toEqual([]);
    },
  );
});

describeOnBothEngines("what no file names", (world) => {
  const keep = ["alpha", "beta"] as const;
  const tenants = () => keep.map((slug) => declared(slug, { name: `${slug} labs` }));
  beforeAll(async () => {
    await apply(world(), [...tenants(), ...["gone", "stopped", "held", "leaving", "late"].map((slug) => declared(slug))]);
    await suspendTenant(world().control, { tenant: "stopped", reason: "unpaid", readOnly: true, dryRun: false });
    await holdTenant(world().control, { tenant: "held", reason: "case 44", dryRun: false });
    await suspendTenant(world().control, { tenant: "leaving", reason: "x", readOnly: false, dryRun: false });
    await schedulePurge(world().control, { tenant: "leaving", reason: "asked for", afterSeconds: 60, dryRun: false });
  });

  it("is left alone without --prune", async () => {
    expect(await plan(world(), tenants())).toMatchObject({ steps: [], kept: [], pruneAfterSeconds: null });
  });

  it("is suspended and scheduled with it, but for a legal hold, and one that comes at the last moment", async () => {
    const wanted = await plan(world(), tenants(), 3600);
    expect(wanted.steps.map(({ action, after }) => `${action} ${after.slug}`)).toEqual([
      "prune gone",
      "prune late",
      "prune stopped",
    ]);
    expect(wanted.kept).toMatchObject([{ slug: "held", code: "LEGAL_HOLD" }]);
    await holdTenant(world().control, { tenant: "late", reason: "case 45", dryRun: false });
    const result = await applyPlan(world().control, wanted);
    expect(result).toMatchObject({ pruned: 2, kept: [{ slug: "held" }], failed: [{ slug: "late", code: "LEGAL_HOLD" }] });
    const rows = await world().look(
      `SELECT slug, status::text, suspension::text, purge_reason,
              purge_after > clock_timestamp() + interval '50 minutes' AS later
       FROM control.accounts WHERE slug IN ('gone', 'stopped', 'held', 'late', 'leaving') ORDER BY slug`,
    );
    expect(rows).toEqual([
      { slug: "gone", status: "purge_scheduled", suspension: "full", purge_reason: "as declared", later: true },
      { slug: "held", status: "active", suspension: null, purge_reason: null, later: null },
      // Suspending it was undone with the refusal.
      { slug: "late", status: "active", suspension: null, purge_reason: null, later: null },
      { slug: "leaving", status: "purge_scheduled", suspension: "full", purge_reason: "asked for", later: false },
      { slug: "stopped", status: "purge_scheduled", suspension: "read_only", purge_reason: "as declared", later: true },
    ]);
    expect(await plan(world(), tenants(), 3600)).toMatchObject({ steps: [], kept: [{ slug: "held" }, { slug: "late" }] });
  });

  it("a purge that somebody asked for is not taken back by a file that doesn't know of it", async () => {
    await expect(plan(world(), [declared("gone", { status: "active" })])).rejects.toMatchObject({
      problems: [{ message: expect.stringContaining("--cancel") }],
    });
    expect(await plan(world(), [declared("gone", { status: "suspended" }), declared("stopped")])).toMatchObject({ steps: [] });
  });
});

describeOnBothEngines("a plan that is kept", (world) => {
  const kept = async (tenants: readonly DeclaredTenant[]) => writePlan(await plan(world(), tenants));

  it("is carried out exactly, once, and taken for done after that", async () => {
    await apply(world(), [declared("old")]);
    const text = await kept([declared("new-1"), declared("new-2"), declared("old", { name: "Renamed" })]);
    const first = readPlan(text, "x.plan");
    // As after a kill: one of its steps is done, the others aren't.
    await applyPlan(world().control, { ...first, steps: first.steps.slice(0, 1) });
    expect(await applyPlan(world().control, readPlan(text, "x.plan"))).toMatchObject({ created: 1, updated: 1, doneBefore: 1 });
    expect(await applyPlan(world().control, readPlan(text, "x.plan"))).toMatchObject({ created: 0, updated: 0, doneBefore: 3 });
  });

  it.each([
    ["a tenant to be made is there already", declared("moved-1"), { ...declared("moved-1"), name: "Somebody else's" }],
    ["a tenant to be changed was changed", declared("old", { name: "Third" }), declared("old", { name: "Second" })],
  ])("is refused, and nothing of it is done, when %s", async (_, wanted, meanwhile) => {
    const text = await kept([declared("untouched"), wanted]);
    await apply(world(), [meanwhile]);
    await expect(applyPlan(world().control, readPlan(text, "x.plan"))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await world().look("SELECT FROM control.accounts WHERE slug = 'untouched'")).toEqual([]);
  });

  it("is refused when a tenant of it was purged and made anew", async () => {
    const text = await kept([declared("old", { name: "Fourth" })]);
    await world().look("UPDATE control.accounts SET slug = 'old-one' WHERE slug = 'old'");
    await expect(applyPlan(world().control, readPlan(text, "x.plan"))).rejects.toMatchObject({ code: "CONFLICT" });
    await world().look("UPDATE control.accounts SET slug = 'old' WHERE slug = 'old-one'");
  });

  it("is refused when somebody edited it, or made it elsewhere, or it is none", async () => {
    const text = await kept([declared("new-3")]);
    expect(() => readPlan(text.replaceAll("new-3", "new-4"), "x.plan")).toThrow(expect.objectContaining({ code: "CONFLICT" }));
    for (const none of ["", "{}", "tenants: []", '{"plan":{"version":2}}']) {
      expect(() => readPlan(none, "x.plan")).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    }
    const elsewhere = { ...readPlan(text, "x.plan"), installation: "sig-other" };
    await expect(applyPlan(world().control, elsewhere)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await world().look("SELECT FROM control.accounts WHERE slug = 'new-3'")).toEqual([]);
  });
});
