import { randomUUID } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import type { TenantClient } from "../../src/tenant-plane/tenant-client.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

describeOnBothEngines("the audit log of reads", (world) => {
  let actor: string;
  let db: TenantClient;
  let tenant: TestTenant;

  beforeEach(() => {
    actor = `reader-${randomUUID()}`;
    tenant = world().a;
    db = world().db(tenant, actor);
  });

  /** What the log says of this test's reader. */
  const lines = () =>
    world().look<{ operation: string; subject: string; method: string; filter: unknown; row_count: number | null }>(
      `SELECT operation::text, subject, method, filter, row_count FROM tenant.audit_log
       WHERE actor = $1 AND account_id = $2 AND operation = 'read' ORDER BY occurred_at, id`,
      actor,
      tenant.id,
    );

  it("has who read which model how, and the filter without its values", async () => {
    await db.document.findMany({
      where: { title: { contains: "SECRET" }, status: "draft" },
      orderBy: { number: "asc" },
      take: 5,
    });
    expect(await lines()).toEqual([
      {
        operation: "read",
        subject: "documents",
        method: "Document.findMany",
        filter: expect.objectContaining({ where: expect.anything() }),
        // It left together with the statement.
        row_count: null,
      },
    ]);
    const [line] = await lines();
    expect(JSON.stringify(line?.filter)).toContain("title");
    expect(JSON.stringify(line?.filter)).not.toContain("SECRET");
    expect(JSON.stringify(line?.filter)).not.toContain(tenant.id);
  });

  // Prisma makes an aggregate of a count before it sends it.
  it("has single reads, counts and groups", async () => {
    const { id } = await db.document.findFirstOrThrow();
    await db.document.findUnique({ where: { id } });
    await db.document.count();
    await db.batch.aggregate({ _sum: { quantity: true } });
    await db.document.groupBy({ by: ["status"], _count: true });
    expect((await lines()).map(({ method }) => method)).toEqual([
      "Document.findFirstOrThrow",
      "Document.findUnique",
      "Document.aggregate",
      "Batch.aggregate",
      "Document.groupBy",
    ]);
  });

  it("has each table that an include reads", async () => {
    await db.document.findMany({ include: { revisions: true, owner: true } });
    expect((await lines()).map(({ subject }) => subject).sort()).toEqual(["document_revisions", "documents", "users"]);
  });

  it("has a read that found nothing", async () => {
    await db.document.findUnique({ where: { id: randomUUID() } });
    expect(await lines()).toMatchObject([{ method: "Document.findUnique" }]);
  });

  it("has raw SQL, without the values in it", async () => {
    await db.$queryRaw`SELECT title FROM tenant.documents WHERE title <> ${"parameter"}`;
    await db.$queryRawUnsafe("SELECT title FROM tenant.documents WHERE title <> 'literal' AND 4711 = 4711");
    const found = await lines();
    expect(found).toMatchObject([
      { subject: "documents", method: "queryRaw" },
      { subject: "documents", method: "queryRaw" },
    ]);
    for (const value of ["parameter", "literal", "4711"]) expect(JSON.stringify(found)).not.toContain(value);
  });

  it("has rows that a raw write brings back from other tables", async () => {
    await db.$queryRawUnsafe("UPDATE tenant.roles r SET description = description FROM tenant.documents d RETURNING d.title");
    expect(await lines()).toMatchObject([{ subject: "documents", method: "queryRaw" }]);
  });

  it("has the reads of an interactive transaction that commits, with the rows of each", async () => {
    await db.$transaction(async (tx) => {
      await tx.document.findMany();
      await tx.batch.findMany({ where: { id: randomUUID() } });
    });
    // Lines of one moment, which the embedded engine's clock does not tell apart.
    expect(Object.fromEntries((await lines()).map(({ subject, row_count }) => [subject, row_count]))).toEqual({
      documents: 2,
      batches: 0,
    });
  });

  it("has the reads of one that is rolled back: the rows were seen", async () => {
    const work = db.$transaction(async (tx) => {
      await tx.document.findMany();
      throw new Error("undone");
    });
    await expect(work).rejects.toThrow("undone");
    expect(await lines()).toMatchObject([{ subject: "documents", row_count: 2 }]);
  });

  it("has the reads of one that raw SQL ends early", async () => {
    const work = db.$transaction(async (tx) => {
      await tx.document.findMany();
      await tx.$executeRawUnsafe("COMMIT");
    });
    await work.catch(() => undefined);
    expect(await lines()).toMatchObject([{ subject: "documents", row_count: 2 }]);
  });

  it("has the reads of a batch", async () => {
    await db.$transaction([db.document.findMany(), db.user.count()]);
    expect((await lines()).map(({ method }) => method).sort()).toEqual(["Document.findMany", "User.aggregate"]);
  });

  it("hands over no row when it can't be written", async () => {
    await world().look("ALTER TABLE tenant.audit_log ADD CONSTRAINT full_disk CHECK (operation <> 'read') NOT VALID");
    const read = db.document.findMany();
    await expect(read).rejects.toThrow(/These values are not allowed here/);
    await world().look("ALTER TABLE tenant.audit_log DROP CONSTRAINT full_disk");
  });

  it("has nothing of a statement that failed, and nothing in another tenant's log", async () => {
    await expect(db.$queryRawUnsafe("SELECT 1 / 0 FROM tenant.documents")).rejects.toThrow(/division/);
    expect(await lines()).toEqual([]);
    await db.document.findMany();
    expect(await world().look("SELECT 1 FROM tenant.audit_log WHERE actor = $1 AND account_id <> $2", actor, tenant.id)).toEqual(
      [],
    );
  });
});
