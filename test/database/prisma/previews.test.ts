import { makeTypedQueryFactory } from "@prisma/client/runtime/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Prisma } from "../../../src/generated/tenant/client.js";
import type { PrismaClientClass } from "../../../src/tenant-plane/prisma/internals.js";
import { openTenantDb } from "../../../src/tenant-plane/tenant-db.js";
import { describeOnBothEngines, type TestTenant } from "../../support/world.js";
import { generateClient, TABLE } from "./generated-client.js";
import { seed } from "./seed.js";

type Model = Readonly<
  Record<
    "findMany" | "findFirst" | "findUnique" | "create" | "update" | "updateMany" | "count" | "aggregate",
    (args?: object) => Promise<unknown>
  >
>;

interface PreviewClient {
  readonly everything: Model;
  readonly document: Model;
  $queryRawTyped(query: unknown): Promise<Record<string, unknown>[]>;
}

interface Row {
  readonly accountId: string;
  readonly name: string;
}

describeOnBothEngines("a client of the application's own schema, with previews", (world) => {
  let Client: PrismaClientClass;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ Client, remove } = await generateClient());
    for (const statement of TABLE.split(";")) await world().look(statement);
    for (const tenant of [world().a, world().b]) await seed(world(), tenant);
  });
  afterAll(() => remove?.());

  const db = ({ id: accountId }: TestTenant = world().a) =>
    openTenantDb(world(), { accountId, actor: "tester" }, { client: Client, readAudit: "sync" }) as unknown as PreviewClient;

  const FULL = {
    json: { a: [1, "x", null, { deep: true }] },
    bytes: new Uint8Array([0, 1, 255]),
    big: 2n ** 62n,
    float: 1.5,
    decimal: new Prisma.Decimal("12345678901234567890.0123456789"),
    truth: true,
    day: new Date("2026-11-22"),
    time: new Date("1970-01-01T10:11:12.345Z"),
    moment: new Date("2026-11-22T10:11:12.345Z"),
    status: "effective",
    texts: ["a", "b,c", '"{}', ""],
    numbers: [1, -2],
    statuses: ["draft", "obsolete"],
    documents: [{ a: 1 }, [2]],
  };

  it("writes and reads every type, each tenant its own under one name", async () => {
    for (const tenant of [world().a, world().b]) {
      await db(tenant).everything.create({ data: { name: "full", ...FULL } });
      const rows = (await db(tenant).everything.findMany({ where: { name: "full" } })) as Row[];
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({ ...FULL, accountId: tenant.id, decimal: expect.anything(), bytes: expect.anything() });
      expect(String((rows[0] as unknown as typeof FULL).decimal)).toBe("12345678901234567890.0123456789");
      expect([...(rows[0] as unknown as typeof FULL).bytes]).toEqual([0, 1, 255]);
    }
  });

  it("filters by every type", async () => {
    const found = async (where: object) =>
      ((await db().everything.findMany({ where })) as Row[]).map(({ accountId, name }) => [accountId, name]);
    const filters = [
      { json: { path: ["a", "1"], equals: "x" } },
      { bytes: FULL.bytes },
      { big: { gt: 2n ** 61n } },
      { decimal: { equals: "12345678901234567890.0123456789" } },
      { day: { lte: FULL.day } },
      { moment: { in: [FULL.moment] } },
      { status: { not: "draft" } },
      { texts: { has: "b,c" } },
      { numbers: { hasEvery: [1, -2] } },
      { statuses: { hasSome: ["obsolete"] } },
    ];
    for (const where of filters) expect(await found(where), JSON.stringify(Object.keys(where))).toEqual([[world().a.id, "full"]]);
  });

  it("changes numbers in place and lists at their end", async () => {
    const data = { big: { increment: 1 }, decimal: { multiply: 2 }, numbers: { push: 3 }, texts: { set: ["c"] } };
    expect(await db().everything.updateMany({ data })).toEqual({ count: 1 });
    expect(await db().everything.findFirst()).toMatchObject({ big: 2n ** 62n + 1n, numbers: [1, -2, 3], texts: ["c"] });
    expect(await db(world().b).everything.findFirst()).toMatchObject({ big: 2n ** 62n, numbers: [1, -2] });
    expect(await db().everything.aggregate({ _sum: { big: true }, _max: { moment: true } })).toEqual({
      _sum: { big: 2n ** 62n + 1n },
      _max: { moment: FULL.moment },
    });
  });

  it("tells the database's NULL from JSON's null", async () => {
    await db().everything.create({ data: { name: "none", json: Prisma.DbNull } });
    await db().everything.create({ data: { name: "null", json: Prisma.JsonNull } });
    const names = async (equals: unknown) => {
      const rows = (await db().everything.findMany({ where: { json: { equals } }, orderBy: { name: "asc" } })) as Row[];
      return rows.map(({ name }) => name);
    };
    expect([await names(Prisma.DbNull), await names(Prisma.JsonNull), await names(Prisma.AnyNull)]).toEqual([
      ["none"],
      ["null"],
      ["none", "null"],
    ]);
  });

  it("loads relations by a join as by queries: the same rows, all of its own", async () => {
    const args = {
      orderBy: { number: "asc" },
      include: {
        owner: true,
        revisions: { orderBy: { revision: "asc" }, include: { author: { include: { _count: true } } } },
        testResults: { include: { batch: true }, orderBy: { value: "asc" } },
        _count: { select: { revisions: true } },
      },
    };
    for (const tenant of [world().a, world().b]) {
      const joined = await db(tenant).document.findMany({ ...args, relationLoadStrategy: "join" });
      const queried = await db(tenant).document.findMany({ ...args, relationLoadStrategy: "query" });
      expect(joined).toEqual(queried);
      const accounts = JSON.stringify(joined, (_, value) => (typeof value === "bigint" ? String(value) : value)).match(
        /"accountId":"[^"]+"/g,
      );
      expect(accounts?.length).toBeGreaterThan(30);
      expect(new Set(accounts)).toEqual(new Set([`"accountId":"${tenant.id}"`]));
    }
  });

  it("runs typed SQL inside the tenant", async () => {
    // What `prisma generate --sql` would write: that needs a database and the schema engine's binary.
    const numbered = makeTypedQueryFactory(
      `SELECT account_id::text AS id, number FROM tenant.documents WHERE number LIKE $1 ORDER BY number`,
    );
    for (const tenant of [world().a, world().b]) {
      const rows = await db(tenant).$queryRawTyped(numbered("D-%"));
      expect(rows).toEqual(Array.from({ length: 6 }, (_, n) => ({ id: tenant.id, number: `D-${n}` })));
    }
  });
});
