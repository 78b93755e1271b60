import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

/** The audit lines of one row, oldest first, as the superuser sees them. */
function linesOf(world: World, rowId: string) {
  return world.look(
    "SELECT actor, operation::text, subject, old_values, new_values FROM tenant.audit_log WHERE row_id = $1 ORDER BY occurred_at, id",
    rowId,
  );
}

const fresh = () => ({ number: `AW-${randomUUID()}`, title: "first" });

describeOnBothEngines("the audit log of writes", (world, kind) => {
  const db = (tenant: TestTenant = world().a) => world().db(tenant, "ada");

  it("has a line for a create, an update and a delete, with who and what", async () => {
    const data = fresh();
    const { id } = await db().document.create({ data });
    await world()
      .db(world().a, "grace.hopper@example.test")
      .document.update({ where: { id }, data: { title: "second" } });
    await db().document.delete({ where: { id } });
    const lines = await linesOf(world(), id);
    expect(lines).toMatchObject([
      { actor: "ada", operation: "create", subject: "documents", old_values: null, new_values: { id, ...data, status: "draft" } },
      {
        actor: "grace.hopper@example.test",
        operation: "update",
        old_values: { title: "first" },
        new_values: { title: "second" },
      },
      { actor: "ada", operation: "delete", old_values: { id, number: data.number, title: "second" }, new_values: null },
    ]);
    // Changed columns only: Prisma sets updatedAt along with the title.
    expect(Object.keys(lines[1]?.new_values as object).sort()).toEqual(["title", "updated_at"]);
    expect(lines[0]?.new_values).not.toHaveProperty("account_id");
  });

  it("says the same whatever the session has set", async () => {
    const { number } = fresh();
    await db().$transaction(async (tx) => {
      await tx.$executeRawUnsafe("SET TimeZone = 'Asia/Kathmandu'");
      await tx.$executeRaw`INSERT INTO tenant.documents (number, title, created_at) VALUES (${number}, 'x', '2026-01-02T03:04:05Z')`;
    });
    const { id } = await db().document.findUniqueOrThrow({ where: { number } });
    expect(await linesOf(world(), id)).toMatchObject([{ new_values: { created_at: "2026-01-02T03:04:05+00:00" } }]);
    await world().look(`
      CREATE TABLE tenant.measures (account_id uuid NOT NULL, id uuid NOT NULL DEFAULT guard.uuid7(), value float8, PRIMARY KEY (account_id, id));
      SELECT guard.protect('tenant.measures')`);
    await db().$transaction(async (tx) => {
      await tx.$executeRawUnsafe("SET extra_float_digits = -15");
      await tx.$executeRawUnsafe("INSERT INTO tenant.measures (value) VALUES (0.123456789)");
    });
    const [line] = await world().look<{ new_values: object }>(
      "SELECT new_values FROM tenant.audit_log WHERE subject = 'measures'",
    );
    expect(line?.new_values).toMatchObject({ value: 0.123456789 });
    await world().look("DROP TABLE tenant.measures");
  });

  it("has one line a row of a bulk write, each with its own values", async () => {
    const title = randomUUID();
    const rows = await db().document.createManyAndReturn({ data: Array.from({ length: 25 }, () => ({ ...fresh(), title })) });
    await db().document.updateMany({ where: { title }, data: { status: "obsolete" } });
    await db().document.deleteMany({ where: { title } });
    for (const { id, number } of rows) {
      expect(await linesOf(world(), id)).toMatchObject([
        { operation: "create", new_values: { number } },
        { operation: "update", old_values: { status: "draft" }, new_values: { status: "obsolete" } },
        { operation: "delete", old_values: { number, status: "obsolete" } },
      ]);
    }
  });

  it("of a bulk update costs what its rows cost, though the plan was made for single ones", async () => {
    const client = await world().owner.connect();
    try {
      await client.query("BEGIN; SET LOCAL statement_timeout = '15s'");
      await client.query("SELECT guard.enter($1, 'bulk')", [world().a.id]);
      await client.query(
        "INSERT INTO tenant.batches (account_id, number, product, quantity, unit) SELECT $1, 'bulk-' || n, 'x', 1, 'kg' FROM generate_series(1, 20000) n",
        [world().a.id],
      );
      for (let n = 1; n <= 10; n++) {
        await client.query("UPDATE tenant.batches SET product = 'y' WHERE account_id = $1 AND number = $2", [
          world().a.id,
          `bulk-${n}`,
        ]);
      }
      // Row against row, 20,000 of them are 400 million comparisons: that doesn't end in time.
      const { rowCount } = await client.query("UPDATE tenant.batches SET product = 'z' WHERE number LIKE 'bulk-%'");
      expect(rowCount).toBe(20_000);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  });

  it("has the rows that go along with another", async () => {
    const { id, revisions } = await db().document.create({
      data: { ...fresh(), revisions: { create: [1, 2].map((revision) => ({ revision, summary: "x" })) } },
      include: { revisions: true },
    });
    await db().document.delete({ where: { id } });
    for (const revision of revisions) {
      const lines = await linesOf(world(), revision.id);
      expect(lines.map(({ operation, actor }) => [operation, actor])).toEqual([
        ["create", "ada"],
        ["delete", "ada"],
      ]);
    }
  });

  it("has what raw SQL and a nested write do", async () => {
    const { id } = await db().document.create({ data: fresh() });
    await db().$executeRaw`UPDATE tenant.documents SET title = 'raw' WHERE id = ${id}::uuid`;
    await db().document.update({ where: { id }, data: { revisions: { create: { revision: 1, summary: "nested" } } } });
    const revision = await db().documentRevision.findFirstOrThrow({ where: { documentId: id } });
    expect((await linesOf(world(), id)).at(1)).toMatchObject({
      actor: "ada",
      old_values: { title: "first" },
      new_values: { title: "raw" },
    });
    expect(await linesOf(world(), revision.id)).toMatchObject([{ operation: "create", subject: "document_revisions" }]);
  });

  it("goes with the write: a transaction undone leaves neither", async () => {
    const data = fresh();
    const before = await world().look("SELECT count(*) FROM tenant.audit_log");
    const work = db().$transaction(async (tx) => {
      await tx.document.create({ data });
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect(await world().look("SELECT 1 FROM tenant.documents WHERE number = $1", data.number)).toEqual([]);
    expect(await world().look("SELECT count(*) FROM tenant.audit_log")).toEqual(before);
  });

  it("stands in the tenant's own log, and tells of one transaction by one id", async () => {
    const { a, b } = world();
    const ada = db();
    const [one, two] = await ada.$transaction([ada.document.create({ data: fresh() }), ada.document.create({ data: fresh() })]);
    const lines = await world().look<{ account_id: string; transaction_id: string }>(
      "SELECT account_id, transaction_id FROM tenant.audit_log WHERE row_id IN ($1, $2)",
      one.id,
      two.id,
    );
    expect(new Set(lines.map(({ account_id }) => account_id))).toEqual(new Set([a.id]));
    expect(new Set(lines.map(({ transaction_id }) => transaction_id)).size).toBe(1);
    expect(await db(b).auditLog.count({ where: { rowId: { in: [one.id, two.id] } } })).toBe(0);
  });

  it("names the login of an administrator who writes without a context, in each tenant touched", async () => {
    const { a, b } = world();
    const login = kind === "embedded" ? "postgres" : new URL(world().prepared.serverUrl).username;
    const mark = randomUUID();
    const rows = await world().look<{ id: string; account_id: string }>(
      "INSERT INTO tenant.documents (account_id, number, title) VALUES ($1, $3, 'x'), ($2, $3, 'x') RETURNING id, account_id",
      a.id,
      b.id,
      mark,
    );
    await world().look("UPDATE tenant.documents SET title = 'y' WHERE number = $1", mark);
    await world().look("DELETE FROM tenant.documents WHERE number = $1", mark);
    for (const { id, account_id } of rows) {
      const lines = await world().look(
        "SELECT account_id, actor, operation::text FROM tenant.audit_log WHERE row_id = $1 ORDER BY occurred_at, id",
        id,
      );
      const line = { account_id, actor: `database:${login}` };
      expect(lines).toEqual([
        { ...line, operation: "create" },
        { ...line, operation: "update" },
        { ...line, operation: "delete" },
      ]);
    }
  });

  it("is written even when triggers are told to be silent", async () => {
    const client = await world().owner.connect();
    const number = randomUUID();
    try {
      await client.query("SET session_replication_role = replica");
      await client.query("INSERT INTO tenant.documents (account_id, number, title) VALUES ($1, $2, 'x')", [world().a.id, number]);
    } finally {
      await client.query("RESET session_replication_role");
      client.release();
    }
    expect(await world().look("SELECT 1 FROM tenant.audit_log WHERE new_values ->> 'number' = $1", number)).toHaveLength(1);
  });

  it("keeps the id and the account of a row for life", async () => {
    const { id } = await db().document.create({ data: fresh() });
    for (const change of [
      `id = '${randomUUID()}'`,
      `account_id = '${world().b.id}'`,
      `account_id = NULL, id = '${randomUUID()}'`,
    ]) {
      await expect(db().$executeRawUnsafe(`UPDATE tenant.documents SET ${change} WHERE id = '${id}'`)).rejects.toThrow(
        /42501|never change|policy/,
      );
      await expect(world().look(`UPDATE tenant.documents SET ${change} WHERE id = $1`, id)).rejects.toMatchObject({
        code: "42501",
      });
    }
  });
});
