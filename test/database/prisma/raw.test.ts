import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { Prisma } from "../../../src/generated/tenant/client.js";
import { describeOnBothEngines } from "../../support/world.js";

interface Row {
  readonly id: string;
  readonly title: string;
}

describeOnBothEngines("raw SQL", (world) => {
  const db = () => world().db(world().a);
  const inOther = () => world().look("SELECT * FROM tenant.documents WHERE account_id = $1 ORDER BY id", world().b.id);

  it("reads in all four spellings, each with values, and sees its own rows alone", async () => {
    const like = "% text";
    const tagged = await db().$queryRaw<
      Row[]
    >`SELECT account_id::text AS id, title FROM tenant.documents WHERE title LIKE ${like}`;
    const unsafe = await db().$queryRawUnsafe<Row[]>(
      "SELECT account_id::text AS id, title FROM tenant.documents WHERE title LIKE $1",
      like,
    );
    const statement = Prisma.sql`SELECT account_id::text AS id, title FROM tenant.documents WHERE title LIKE ${like}`;
    expect([tagged, unsafe, await db().$queryRaw<Row[]>(statement)]).toEqual(Array(3).fill(unsafe));
    expect(new Set(unsafe.map(({ id }) => id))).toEqual(new Set([world().a.id]));
  });

  it("writes in all four spellings, to its own rows alone", async () => {
    const before = await inOther();
    const all = countOf(
      await world().look("SELECT count(*)::int AS n FROM tenant.documents WHERE account_id = $1", world().a.id),
    );
    expect(await db().$executeRaw`UPDATE tenant.documents SET title = ${"a"}`).toBe(all);
    expect(await db().$executeRaw(Prisma.sql`UPDATE tenant.documents SET title = ${"b"}`)).toBe(all);
    expect(await db().$executeRawUnsafe("UPDATE tenant.documents SET title = $1", "c")).toBe(all);
    expect(await db().$queryRaw`UPDATE tenant.documents SET title = 'd' RETURNING 1`).toHaveLength(all);
    expect(await inOther()).toEqual(before);
  });

  it("is put together of parts: sql, join, raw and empty", async () => {
    const numbers = ["1", "2", "3"].map((end) => `${randomUUID()}-${end}`);
    const rows = Prisma.join(numbers.map((number) => Prisma.sql`(${number}, ${"part"})`));
    expect(await db().$executeRaw`INSERT INTO tenant.documents (number, title) VALUES ${rows}`).toBe(3);
    const limited = (limit: boolean) => db().$queryRaw<{ number: string }[]>`
      SELECT number FROM ${Prisma.raw("tenant.documents")} WHERE number IN (${Prisma.join(numbers)})
      ORDER BY number ${limit ? Prisma.sql`LIMIT ${1}` : Prisma.empty}`;
    expect((await limited(false)).map(({ number }) => number)).toEqual([...numbers].sort());
    expect(await limited(true)).toHaveLength(1);
  });

  it("carries values of every type there and back", async () => {
    const at = new Date("2026-11-22T10:11:12.345Z");
    const values = { big: 2n ** 60n, bytes: Buffer.from([0, 255]), list: ["a", "b,c", '"'], json: { a: [1, null, "x"] } };
    const [row] = await db().$queryRaw<Record<string, unknown>[]>`
      SELECT ${values.big}::bigint AS big, ${values.bytes}::bytea AS bytes, ${values.list}::text[] AS list, ${values.json}::jsonb AS json,
             ${at}::timestamptz AS at, ${new Prisma.Decimal("12345678901234567890.12345")}::numeric AS decimal, ${null}::text AS nothing,
             ${true}::boolean AS truth, ${"draft"}::tenant.document_status AS status, ${1.5}::float8 AS float, ${[1, 2]}::int[] AS numbers`;
    expect(row).toMatchObject({
      big: values.big,
      list: values.list,
      json: values.json,
      at,
      nothing: null,
      truth: true,
      status: "draft",
      float: 1.5,
    });
    expect(Buffer.from(row?.bytes as Uint8Array)).toEqual(values.bytes);
    expect(String(row?.decimal)).toBe("12345678901234567890.12345");
    expect(row?.numbers).toEqual([1, 2]);
  });

  it("joins, groups and recurses over its own rows alone", async () => {
    const rows = await db().$queryRaw<{ id: string; n: bigint }[]>`
      WITH RECURSIVE d AS (SELECT * FROM tenant.documents UNION SELECT x.* FROM tenant.documents x JOIN d ON x.owner_id = d.owner_id)
      SELECT d.account_id::text AS id, count(*) AS n, max(row_number) AS top
      FROM (SELECT *, row_number() OVER (ORDER BY number) FROM d) d
      LEFT JOIN tenant.document_revisions r ON r.document_id = d.id LEFT JOIN LATERAL (SELECT * FROM tenant.users LIMIT 1) u ON true
      GROUP BY 1`;
    expect(rows.map(({ id }) => id)).toEqual([world().a.id]);
  });

  it("may take away what was prepared on its connection, and nobody is the worse for it", async () => {
    const pool = await world().engine.pool("tenant");
    const { max } = pool.options;
    pool.options.max = 1;
    const use = () => db().$transaction((tx) => tx.document.count());
    for (let turn = 0; turn < 4; turn++) await use();
    await db().$executeRawUnsafe("DEALLOCATE ALL");
    for (let turn = 0; turn < 4; turn++) await use();
    const number = randomUUID();
    await db().$transaction(async (tx) => {
      await tx.document.count();
      await tx.$executeRawUnsafe("DEALLOCATE ALL");
      await tx.document.create({ data: { number, title: "x" } });
    });
    expect(await db().document.count({ where: { number } })).toBe(1);
    for (let turn = 0; turn < 4; turn++) await use();
    pool.options.max = max;
  });

  it("is refused as MongoDB's command, and as SQL that is none", async () => {
    const client = db() as unknown as { $runCommandRaw(command: object): Promise<unknown> };
    expect(() => client.$runCommandRaw({ ping: 1 })).toThrow(/mongodb/i);
    await expect(db().$queryRawUnsafe("nonsense")).rejects.toMatchObject({ code: "P2010" });
  });
});

function countOf([row]: readonly Record<string, unknown>[]): number {
  return Number(row?.n);
}
