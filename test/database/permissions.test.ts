import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { barelyAs, holder, ownerOf, person } from "../support/people.js";
import { describeOnBothEngines } from "../support/world.js";

const number = () => `N-${randomUUID()}`;
const denied = { name: "AzoraError", code: "PERMISSION_DENIED" };
const named = (permission: string) => ({ ...denied, message: expect.stringContaining(`does not hold ${permission}`) });

describeOnBothEngines("a user of a tenant", (world) => {
  it("who views reads, and changes nothing: through the client, raw, nested or in a batch", async () => {
    const { db } = await person(world(), world().a, "viewer");
    const [document] = await db.document.findMany({ include: { revisions: true } });
    expect(document).toBeDefined();
    const where = { id: document?.id ?? "" };
    await expect(db.document.update({ where, data: { title: "x" } })).rejects.toMatchObject(named("documents:update"));
    await expect(db.document.delete({ where })).rejects.toMatchObject(named("documents:delete"));
    await expect(db.document.create({ data: { number: number(), title: "x" } })).rejects.toMatchObject(named("documents:create"));
    await expect(db.$executeRaw`UPDATE tenant.documents SET title = 'x'`).rejects.toMatchObject(named("documents:update"));
    await expect(db.$transaction([db.document.count(), db.batch.deleteMany()])).rejects.toMatchObject(named("batches:delete"));
    expect(
      await world()
        .db(world().a)
        .document.count({ where: { title: "x" } }),
    ).toBe(0);
  });

  it("is told by PostgreSQL itself, under a code of its own", async () => {
    const { actor } = await person(world(), world().a, "viewer");
    const update = "UPDATE tenant.documents SET title = 'x'";
    await expect(barelyAs(world(), { tenant: world().a, actor }, update)).rejects.toMatchObject({ code: "AZ020" });
  });

  it("without a role, unknown, or disabled, may do nothing at all, reading included", async () => {
    const nobody = await person(world(), world().a);
    await expect(nobody.db.document.findMany()).rejects.toMatchObject(denied);
    await expect(world().db(world().a, `user:${randomUUID()}`).document.count()).rejects.toMatchObject(denied);
    const gone = await person(world(), world().a, "admin");
    expect(await gone.db.document.count()).toBeGreaterThan(0);
    await world()
      .db(world().a)
      .user.update({ where: { id: gone.id }, data: { disabledAt: new Date() } });
    const again = () => world().db(world().a, gone.actor);
    await expect(again().document.count()).rejects.toMatchObject({ ...denied, message: expect.stringContaining("is disabled") });
    await expect(again().user.updateMany({ data: { disabledAt: null } })).rejects.toMatchObject(denied);
    // Whoever was told a moment ago that it may read is shown nothing, and told so within a second.
    expect(await gone.db.document.count()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await expect(gone.db.document.count()).rejects.toMatchObject(denied);
    await world()
      .db(world().a)
      .user.update({ where: { id: gone.id }, data: { disabledAt: null } });
    expect(await gone.db.document.count()).toBeGreaterThan(0);
  });

  it("of another tenant is nobody here, whatever it holds there", async () => {
    const { actor } = await ownerOf(world(), world().b);
    await expect(world().db(world().a, actor).document.count()).rejects.toMatchObject(denied);
  });

  it("gets no row that it may not read; the client says why, whether or not one is there", async () => {
    const { db, actor } = await holder(world(), world().a, "batches:read");
    await expect(db.document.findMany({ where: { id: randomUUID() } })).rejects.toMatchObject(named("documents:read"));
    await expect(db.batch.findMany({ include: { testResults: true } })).rejects.toMatchObject(named("test_results:read"));
    await expect(db.document.count()).rejects.toMatchObject(named("documents:read"));
    await expect(db.$queryRaw`SELECT b.id FROM tenant.batches b JOIN tenant.documents d ON true`).rejects.toMatchObject(
      named("documents:read"),
    );
    await expect(db.$transaction((tx) => tx.document.findFirst())).rejects.toMatchObject(named("documents:read"));
    expect(await db.batch.count()).toBeGreaterThan(0);
    const { rows } = await barelyAs(world(), { tenant: world().a, actor }, "SELECT id FROM tenant.documents");
    expect(rows).toEqual([]);
  });

  it("needs each permission that a nested write takes, or nothing of it happens", async () => {
    const { db } = await holder(world(), world().a, "documents:create", "documents:read", "document_revisions:read");
    const data = { number: number(), title: "nested" };
    const revisions = { create: { revision: 1, summary: "x" } };
    await expect(db.document.create({ data: { ...data, revisions } })).rejects.toMatchObject(named("document_revisions:create"));
    expect(await db.document.count({ where: { number: data.number } })).toBe(0);
    expect(await db.document.create({ data })).toMatchObject(data);
  });

  it("deletes by cascade only what it may delete itself", async () => {
    const document = { number: number(), title: "x", revisions: { create: { revision: 1, summary: "x" } } };
    const { id } = await world().db(world().a).document.create({ data: document });
    const half = await holder(world(), world().a, "documents:delete", "documents:read");
    await expect(half.db.document.delete({ where: { id } })).rejects.toMatchObject(named("document_revisions:delete"));
    const empty = await world()
      .db(world().a)
      .document.create({ data: { number: number(), title: "x" } });
    expect(await half.db.document.deleteMany({ where: { id: empty.id } })).toEqual({ count: 1 });
    const whole = await holder(world(), world().a, "documents:*", "document_revisions:delete");
    expect(await whole.db.document.deleteMany({ where: { id } })).toEqual({ count: 1 });
  });

  it("holds by * what is worked on, and people, access and audit only by their names", async () => {
    const { db } = await holder(world(), world().a, "*:read", "*:update");
    expect(await db.batch.count()).toBeGreaterThan(0);
    await expect(db.user.count()).rejects.toMatchObject(named("users:read"));
    await expect(db.role.count()).rejects.toMatchObject(named("access:read"));
    await expect(db.auditLog.count()).rejects.toMatchObject(named("audit:read"));
    expect(await (await person(world(), world().a, "admin")).db.auditLog.count()).toBeGreaterThan(0);
  });

  it("may do more, or less, from the next statement on, in a transaction that is open as well", async () => {
    const { db, id } = await person(world(), world().a, "viewer");
    const { id: roleId } = await world()
      .db(world().a)
      .role.findFirstOrThrow({ where: { name: "member" } });
    await expect(db.batch.updateMany({ data: { unit: "kg" } })).rejects.toMatchObject(denied);
    await world()
      .db(world().a)
      .userRole.create({ data: { userId: id, roleId } });
    expect((await db.batch.updateMany({ data: { unit: "kg" } })).count).toBeGreaterThan(0);
    await world()
      .db(world().a)
      .userRole.deleteMany({ where: { userId: id, roleId } });
    await expect(db.batch.updateMany({ data: { unit: "kg" } })).rejects.toMatchObject(denied);
  });

  it("can be asked for a permission of the application's own", async () => {
    const { db } = await holder(world(), world().a, "batches:release");
    expect(await db.$queryRaw`SELECT guard.permits('batches:release') AS may`).toEqual([{ may: true }]);
    await expect(db.$queryRaw`SELECT guard.permits('batches:reject')`).rejects.toMatchObject(named("batches:reject"));
  });

  it("is asked about once a statement, however many rows it touches", async () => {
    const { actor } = await person(world(), world().a, "admin");
    const rows = 200;
    const data = Array.from({ length: rows }, () => ({ number: number(), product: "x", quantity: 1, unit: "kg" }));
    await world().db(world().a).batch.createMany({ data });
    const { rows: plan } = await barelyAs<{ "QUERY PLAN": string }>(
      world(),
      { tenant: world().a, actor },
      "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) UPDATE tenant.batches SET unit = 'g' WHERE product = 'x'",
    );
    const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
    // The account's and the permission's: each made one row, once.
    expect(text.match(/Result \(actual rows=1(\.00)? loops=1\)/g)?.length ?? 0, text).toBeGreaterThanOrEqual(2);
    expect(text).toMatch(/Trigger permission_update: calls=1/);
    expect(text).not.toMatch(/loops=200/);
    expect(text).not.toMatch(/SubPlan/);
  });
});

describeOnBothEngines("whoever is no user of the tenant", (world) => {
  it("is the application, and keeps all rights", async () => {
    for (const actor of ["job", "operator:ada", "x.user:1", "users:1"]) {
      expect(await world().db(world().a, actor).document.count(), actor).toBeGreaterThan(0);
    }
  });

  it("can't call itself a user of the tenant by half", () => {
    for (const actor of ["user:", "user:ada", `user:${randomUUID()}.x`]) {
      expect(() => world().db(world().a, actor), actor).toThrow(/user:/);
    }
  });
});

describeOnBothEngines("a table of another schema", (world) => {
  it("takes permissions by its schema and its name", async () => {
    await world().owner.query(`
      CREATE SCHEMA shop; ALTER SCHEMA shop OWNER TO azora_owner;
      CREATE TABLE shop."Order" (account_id uuid NOT NULL, id uuid NOT NULL DEFAULT guard.uuid7(), total int, PRIMARY KEY (account_id, id));
      SELECT guard.protect('shop."Order"')`);
    const reader = await holder(world(), world().a, "shop.Order:read");
    expect(await reader.db.$queryRaw`SELECT count(*)::int AS n FROM shop."Order"`).toEqual([{ n: 0 }]);
    await expect(reader.db.$executeRaw`INSERT INTO shop."Order" (total) VALUES (1)`).rejects.toMatchObject(
      named("shop.Order:create"),
    );
    const member = await person(world(), world().a, "member");
    expect(await member.db.$executeRaw`INSERT INTO shop."Order" (total) VALUES (1)`).toBe(1);
  });
});
