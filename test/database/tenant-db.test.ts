import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { AzoraError } from "../../src/errors.js";
import { openTenantDb } from "../../src/tenant-plane/tenant-db.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

const fresh = () => ({ number: `TD-${randomUUID()}`, title: "x" });

describeOnBothEngines("tenantDb()", (world, kind) => {
  const db = (tenant: TestTenant = world().a) => world().db(tenant);
  const manyConnections = it.skipIf(kind === "embedded");

  it("refuses a context that names nobody or nothing", () => {
    const open = (accountId: unknown, actor: unknown) => () =>
      openTenantDb(world(), { accountId: accountId as string, actor: actor as string });
    for (const accountId of ["", "alpha", undefined, `${world().a.id}x`, `${world().a.id}\n`]) {
      expect(open(accountId, "x"), String(accountId)).toThrow(AzoraError);
    }
    for (const actor of ["", undefined, 7, "a\nb", "x".repeat(201)]) {
      expect(open(world().a.id, actor), String(actor)).toThrow(AzoraError);
    }
  });

  it("writes an actor of dots, quotes and other alphabets as it is", async () => {
    const actor = `Zoë "O'Neill" 李.雷.${randomUUID()}`;
    const { id } = await world().db(world().a, actor).document.create({ data: fresh() });
    expect(await world().look("SELECT actor FROM tenant.audit_log WHERE row_id = $1", id)).toEqual([{ actor }]);
  });

  it("shows the account of a row, like any other column", async () => {
    const document = await db().document.create({ data: fresh() });
    expect(document.accountId).toBe(world().a.id);
    expect(await db().document.findFirst({ select: { accountId: true, account: { select: { slug: true } } } })).toEqual({
      accountId: world().a.id,
      account: { slug: "alpha" },
    });
  });

  it("writes nested, in one transaction", async () => {
    const number = fresh().number;
    const author = await db().user.create({ data: { email: `${randomUUID()}@example.test`, name: "x" } });
    const document = await db().document.create({
      data: {
        number,
        title: "x",
        owner: { connect: { id: author.id } },
        revisions: { create: { revision: 1, summary: "first", author: { connect: { email: author.email } } } },
      },
      include: { owner: true, revisions: { include: { author: true } } },
    });
    expect(document).toMatchObject({ owner: { id: author.id }, revisions: [{ author: { id: author.id } }] });
    const broken = db().document.create({
      data: { ...fresh(), revisions: { create: [1, 1].map((revision) => ({ revision, summary: "twice" })) } },
    });
    await expect(broken).rejects.toMatchObject({ code: "P2002" });
    expect(await world().look("SELECT 1 FROM tenant.document_revisions WHERE summary = 'twice'")).toEqual([]);
  });

  it("runs a batch whole or not at all", async () => {
    const [one, two] = [fresh(), fresh()];
    const client = db();
    const made = await client.$transaction([client.document.create({ data: one }), client.document.create({ data: two })]);
    expect(made.map(({ number }) => number)).toEqual([one.number, two.number]);
    const third = fresh();
    await expect(
      client.$transaction([client.document.create({ data: third }), client.document.create({ data: one })]),
    ).rejects.toMatchObject({ code: "P2002" });
    expect(await client.document.findUnique({ where: { number: third.number } })).toBeNull();
  });

  it("rolls an interactive transaction back when it throws", async () => {
    const before = await db().document.count();
    const work = db().$transaction(async (tx) => {
      await tx.document.create({ data: fresh() });
      expect(await tx.document.count()).toBe(before + 1);
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await db().document.count()).toBe(before);
  });

  it("keeps its context through every statement of a transaction, raw ones and after an error caught", async () => {
    const data = fresh();
    await db().$transaction(async (tx) => {
      const { id } = await tx.document.create({ data });
      const rows = await tx.$queryRaw<{ id: string }[]>`SELECT id::text FROM tenant.documents WHERE number = ${data.number}`;
      expect(rows).toEqual([{ id }]);
      await tx.$executeRaw`UPDATE tenant.documents SET title = 'raw' WHERE id = ${id}::uuid`;
      expect(await tx.document.findUnique({ where: { id } })).toMatchObject({ title: "raw" });
    });
  });

  it.each(["Serializable", "RepeatableRead", "ReadCommitted"] as const)("takes isolation level %s", async (isolationLevel) => {
    const level = await db().$transaction((tx) => tx.$queryRaw`SELECT current_setting('transaction_isolation') AS level`, {
      isolationLevel,
    });
    expect(level).toEqual([{ level: isolationLevel.replace(/(?<=[a-z])([A-Z])/, " $1").toLowerCase() }]);
  });

  it("gives its connection back, whatever became of the transaction", async () => {
    const pool = await world().engine.pool("tenant");
    for (let round = 0; round < 2 * pool.options.max; round++) {
      await db()
        .$transaction(async (tx) => {
          await tx.document.count();
          if (round % 2 === 0) throw new Error("undone");
        })
        .catch(() => undefined);
      await db().$queryRaw`SELECT 1 / 0`.catch(() => undefined);
      await db()
        .$executeRawUnsafe("BEGIN")
        .catch(() => undefined);
    }
    await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
    expect(pool.waitingCount).toBe(0);
    expect(await db().document.count()).toBeGreaterThan(0);
  });

  it("leaves no open transaction behind for another: a raw BEGIN ends with its client's turn", async () => {
    const number = fresh().number;
    await db()
      .$executeRawUnsafe("BEGIN")
      .catch(() => undefined);
    await db().$executeRaw`INSERT INTO tenant.documents (number, title) VALUES (${number}, 'x')`;
    await db()
      .$executeRawUnsafe("ROLLBACK")
      .catch(() => undefined);
    expect(await world().look("SELECT 1 FROM tenant.documents WHERE number = $1", number)).toHaveLength(1);
  });

  it("takes one statement a message in raw SQL", async () => {
    await expect(db().$queryRawUnsafe("SELECT 1; SELECT 2")).rejects.toThrow(/multiple commands|42601/);
    await expect(db().$executeRawUnsafe("SELECT 1; COMMIT; SELECT 2")).rejects.toThrow(/multiple commands|42601/);
  });

  it("serves many clients in turn on few connections, each with its own rows", async () => {
    const { a, b } = world();
    const reads = Array.from({ length: 30 }, async (_, turn) => {
      const tenant = turn % 2 === 0 ? a : b;
      const documents = await db(tenant).document.findMany({ where: { title: { endsWith: "text" } } });
      return (
        documents.every(({ accountId, title }) => accountId === tenant.id && title.startsWith(tenant.marker)) && documents.length
      );
    });
    expect(await Promise.all(reads)).toEqual(Array(30).fill(2));
  });

  // The embedded engine has one session: its transactions queue for it.
  manyConnections("runs 30 transactions at once on a pool of 4, without a second connection for any", async () => {
    const { a, b } = world();
    const pool = await world().engine.pool("tenant");
    const { max } = pool.options;
    pool.options.max = 4;
    const mark = randomUUID();
    const work = Array.from({ length: 30 }, (_, turn) =>
      db(turn % 2 === 0 ? a : b).$transaction(
        async (tx) => {
          await tx.document.create({ data: { number: `${mark}-${turn}`, title: "many" } });
          return tx.document.count({ where: { number: { startsWith: mark } } });
        },
        { maxWait: 30_000, timeout: 30_000 },
      ),
    );
    await Promise.all(work);
    pool.options.max = max;
    for (const tenant of [a, b]) {
      expect(await db(tenant).document.count({ where: { number: { startsWith: mark } } })).toBe(15);
    }
  });

  it("gives two contexts in one tick their own answers", async () => {
    const { a, b } = world();
    const { id } = await db(a).document.create({ data: fresh() });
    const clients = [db(a), db(b)];
    const [ofA, ofB] = await Promise.all(clients.map((client) => client.document.findUnique({ where: { id } })));
    expect(ofA?.id).toBe(id);
    expect(ofB).toBeNull();
  });

  it("keeps its context behind an extension of the caller's", async () => {
    const extended = world().db(world().b).$extends({ name: "mine" }) as unknown as ReturnType<typeof db>;
    const documents = await extended.document.findMany();
    expect(new Set(documents.map(({ accountId }) => accountId))).toEqual(new Set([world().b.id]));
  });

  it("says what an account is that isn't there any more", async () => {
    const nobody = world().db({ id: randomUUID(), slug: "", marker: "" });
    await expect(nobody.document.count()).rejects.toMatchObject({ code: "ACCOUNT_GONE" });
    await expect(nobody.document.create({ data: fresh() })).rejects.toMatchObject({ code: "ACCOUNT_GONE" });
  });

  it("says when its key isn't this database's, or its clock is wrong", async () => {
    const context = { accountId: world().a.id, actor: "x" };
    const { engine, contextKey } = world();
    const other = openTenantDb({ engine, contextKey: { ...contextKey, secret: Buffer.alloc(32, 1) } }, context);
    await expect(other.document.count()).rejects.toMatchObject({ code: "CONTEXT_INVALID" });
  });

  it("finds rows by a relation that isn't there, though the account beside it always is", async () => {
    const db = world().db(world().a);
    const owner = await db.user.create({ data: { email: `${randomUUID()}@a.test`, name: "owner" } });
    const owned = await db.document.create({ data: { number: randomUUID(), title: "owned", ownerId: owner.id } });
    const none = await db.document.create({ data: { number: randomUUID(), title: "none" } });
    const among = { id: { in: [owned.id, none.id] } };
    const found = async (where: object) => (await db.document.findMany({ where: { ...among, ...where } })).map(({ id }) => id);
    expect(await found({ owner: null })).toEqual([none.id]);
    expect(await found({ owner: { is: null } })).toEqual([none.id]);
    expect(await found({ owner: { isNot: null } })).toEqual([owned.id]);
    expect(await found({ NOT: { owner: null } })).toEqual([owned.id]);
    expect(await db.user.count({ where: { id: owner.id, documents: { some: { owner: { isNot: null } } } } })).toBe(1);
  });
});
