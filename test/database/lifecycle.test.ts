import { expect, it } from "vitest";
import { type CreateTenantInput, createTenant } from "../../src/control-plane/create-tenant.js";
import { listTenants } from "../../src/control-plane/list-tenants.js";
import { resumeTenant } from "../../src/control-plane/resume-tenant.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { OPERATORS } from "../support/prepare.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

const input = (slug: string): CreateTenantInput => ({
  slug,
  name: `${slug} Laboratories`,
  ownerEmail: `ada@${slug}.test`,
  plan: "team",
  ifNotExists: false,
  dryRun: false,
});

/** How many rows every table of the installation has. */
async function sizes(world: World): Promise<unknown> {
  const tables = await world.look<{ name: string }>(
    "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('tenant', 'control', 'guard') ORDER BY 1",
  );
  return world.look(tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int FROM ${name}`).join(" UNION ALL "));
}

describeOnBothEngines("creating a tenant", (world) => {
  it("makes the account, its subscription, four roles and an owner", async () => {
    const { created, tenant } = await createTenant(world().control, input("whole"));
    expect({ created, ...tenant }).toMatchObject({
      created: true,
      slug: "whole",
      status: "active",
      plan: "team",
      suspension: null,
    });
    const db = world().db({ ...tenant, marker: "" });
    const roles = await db.role.findMany({ orderBy: { name: "asc" }, include: { users: { include: { user: true } } } });
    expect(roles.map(({ name, users }) => [name, users.map(({ user }) => user.email)])).toEqual([
      ["admin", []],
      ["member", []],
      ["owner", ["ada@whole.test"]],
      ["viewer", []],
    ]);
    const actors = await db.auditLog.findMany({ where: { operation: "create" }, distinct: ["actor"], select: { actor: true } });
    expect(actors).toEqual([{ actor: `operator:${OPERATORS["vendor-admin"]}` }]);
  });

  it("leaves nothing when it fails half way", async () => {
    // The last row that it makes is refused: everything before it was made by then.
    await world().look("ALTER TABLE tenant.user_roles ADD CONSTRAINT never CHECK (false) NOT VALID");
    const before = await sizes(world());
    await expect(createTenant(world().control, input("half"))).rejects.toThrow(/never/);
    await world().look("ALTER TABLE tenant.user_roles DROP CONSTRAINT never");
    expect(await sizes(world())).toEqual(before);
  });

  it("leaves nothing in a dry run", async () => {
    const before = await sizes(world());
    const { created, dryRun, tenant } = await createTenant(world().control, { ...input("dry"), dryRun: true });
    expect({ created, dryRun, slug: tenant.slug }).toEqual({ created: true, dryRun: true, slug: "dry" });
    expect(await sizes(world())).toEqual(before);
  });

  it("refuses a slug that is taken, or hands over who has it", async () => {
    const { tenant } = await createTenant(world().control, input("taken"));
    const before = await sizes(world());
    await expect(createTenant(world().control, input("taken"))).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    const again = await createTenant(world().control, { ...input("taken"), ifNotExists: true });
    expect(again).toEqual({ created: false, dryRun: false, tenant });
    expect(await sizes(world())).toEqual(before);
  });

  it.each([
    { slug: "No Slug", code: "INVALID_INPUT" },
    { slug: "-edge", code: "INVALID_INPUT" },
    { slug: "fine", ownerEmail: "nobody", code: "INVALID_INPUT" },
    { slug: "fine", name: "  ", code: "INVALID_INPUT" },
    { slug: "fine", plan: "platinum", code: "NOT_FOUND" },
  ])("refuses $slug $ownerEmail $name $plan with $code", async ({ code, ...given }) => {
    await expect(createTenant(world().control, { ...input("fine"), ...given })).rejects.toMatchObject({ code });
  });

  it("is the same rule in the database, for whoever comes past the operation", async () => {
    const pool = await world().engine.pool("control");
    const call = "SELECT control.create_account($1, $2, $3, 'free', false)";
    for (const values of [
      ["No Slug", "x", "x@x.test"],
      ["fine", " ", "x@x.test"],
      ["fine", "x", "nobody"],
    ]) {
      await expect(pool.query(call, values)).rejects.toMatchObject({ code: "23514" });
    }
  });
});

describeOnBothEngines("suspending a tenant", (world, kind) => {
  const suspend = (tenant: TestTenant, readOnly = false, dryRun = false) =>
    suspendTenant(world().control, { tenant: tenant.slug, reason: "unpaid", readOnly, dryRun });
  const resume = (tenant: TestTenant, dryRun = false) => resumeTenant(world().control, { tenant: tenant.slug, dryRun });

  it("refuses the next statement of a client that was opened before, raw SQL too", async () => {
    const { a, b } = world();
    const [db, other] = [world().db(a), world().db(b)];
    expect(await db.document.count()).toBe(2);
    expect(await suspend(a)).toMatchObject({ changed: true, tenant: { status: "suspended", suspension: "full" } });
    const refused = { code: "ACCOUNT_SUSPENDED" };
    await expect(db.document.count()).rejects.toMatchObject(refused);
    await expect(db.document.create({ data: { number: "S-1", title: "x" } })).rejects.toMatchObject(refused);
    await expect(db.$queryRaw`SELECT 1 FROM tenant.documents`).rejects.toThrow(/suspended/);
    await expect(db.$executeRaw`DELETE FROM tenant.documents`).rejects.toThrow(/suspended/);
    await expect(db.$transaction((tx) => tx.document.count())).rejects.toMatchObject(refused);
    await expect(world().db(a).document.count()).rejects.toMatchObject(refused);
    expect(await other.document.count()).toBe(2);
    await resume(a);
    expect(await db.document.count()).toBe(2);
  });

  it.skipIf(kind === "embedded")(
    // There a suspension waits for the transaction: both would need the one session.
    "refuses the next statement of a transaction that was open before",
    async () => {
      const { a } = world();
      const work = world()
        .db(a)
        .$transaction(async (tx) => {
          await tx.document.count();
          await suspend(a);
          return tx.document.count();
        });
      await expect(work).rejects.toMatchObject({ code: "ACCOUNT_SUSPENDED" });
      await resume(a);
    },
  );

  it("read-only lets reads through and refuses writes", async () => {
    const { a } = world();
    const db = world().db(a);
    expect(await suspend(a, true)).toMatchObject({ changed: true, tenant: { suspension: "read-only" } });
    const refused = { code: "ACCOUNT_READ_ONLY" };
    expect(await db.document.count()).toBe(2);
    expect(await db.$queryRaw`SELECT number FROM tenant.documents`).toHaveLength(2);
    await expect(db.document.create({ data: { number: "R-1", title: "x" } })).rejects.toMatchObject(refused);
    await expect(db.document.updateMany({ data: { title: "x" } })).rejects.toMatchObject(refused);
    await expect(db.correctiveAction.deleteMany()).rejects.toMatchObject(refused);
    await expect(db.$executeRaw`UPDATE tenant.documents SET title = 'x'`).rejects.toThrow(/read-only/);
    await resume(a);
    await db.document.create({ data: { number: "R-2", title: "x" } });
    await db.document.delete({ where: { number: "R-2" } });
  });

  it("changes something once: again is no change, the other mode is one", async () => {
    const { b } = world();
    const lines = () => world().look("SELECT 1 FROM control.admin_audit_log WHERE account_id = $1", b.id);
    const before = (await lines()).length;
    expect((await suspend(b, false, true)).changed).toBe(true);
    expect((await resume(b)).changed).toBe(false);
    expect((await suspend(b)).changed).toBe(true);
    expect((await suspend(b)).changed).toBe(false);
    expect((await suspend(b, true)).changed).toBe(true);
    expect((await resume(b, true)).changed).toBe(true);
    expect((await listTenants(world().control, { status: "suspended" })).tenants.map(({ slug }) => slug)).toEqual([b.slug]);
    expect((await resume(b)).changed).toBe(true);
    expect((await resume(b)).changed).toBe(false);
    expect((await lines()).length).toBe(before + 3);
  });

  it("of a tenant that isn't there finds nothing", async () => {
    await expect(
      suspendTenant(world().control, { tenant: "nobody", reason: "x", readOnly: false, dryRun: false }),
    ).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(suspend({ ...world().a }, false).then(() => resume(world().a))).resolves.toMatchObject({ changed: true });
    await expect(
      suspendTenant(world().control, { tenant: world().a.slug, reason: "  ", readOnly: false, dryRun: false }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});
