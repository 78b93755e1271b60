import { beforeAll, expect, it } from "vitest";
import { breakages } from "../../attack/breakages.js";
import { describeOnBothEngines } from "../../support/world.js";
import type { Case } from "./hand.js";
import { emailOf } from "./seed.js";
import { Twins } from "./twins.js";

const ORDER = { orderBy: { number: "asc" } };

/** What `where` can say of relations, to either side and three levels deep. */
const FILTERS: Readonly<Record<string, object>> = {
  some: { revisions: { some: { revision: 2 } } },
  every: { revisions: { every: { revision: { lt: 2 } } } },
  none: { revisions: { none: {} } },
  is: { owner: { is: { email: emailOf("ada") } } },
  isNot: { owner: { isNot: { email: emailOf("ada") } } },
  "no related row": { ownerId: null },
  "three levels": {
    testResults: { some: { batch: { nonconformances: { some: { correctiveActions: { every: { status: "planned" } } } } } } },
  },
  "AND, OR, NOT": {
    AND: [{ OR: [{ number: "D-1" }, { owner: { name: "cyd" } }] }, { NOT: { revisions: { some: { author: { name: "ada" } } } } }],
  },
  scalars: {
    number: { gte: "D-1", lt: "D-5", notIn: ["D-2"] },
    title: { contains: "TITLE", mode: "insensitive" },
    status: { in: ["draft", "effective"] },
  },
};

const QUERIES: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    Object.entries(FILTERS).map(([name, filter]): [string, Case] => [
      `where ${name}`,
      ({ db, own }) => db.document.findMany({ where: { ...own, ...filter }, ...ORDER }),
    ]),
  ),
  "include, four tables deep": ({ db, own }) =>
    db.batch.findMany({
      where: { ...own },
      ...ORDER,
      include: {
        account: { select: { id: true } },
        testResults: {
          orderBy: { parameter: "asc" },
          include: { document: { include: { revisions: { orderBy: { revision: "asc" }, include: { author: true } } } } },
        },
      },
    }),
  "select, with arguments in relations": ({ db, own }) =>
    db.document.findMany({
      where: { ...own },
      ...ORDER,
      select: {
        number: true,
        revisions: { where: { revision: { gt: 1 } }, take: 1, select: { summary: true, author: { select: { name: true } } } },
      },
    }),
  omit: ({ db, own }) => db.document.findMany({ where: { ...own }, ...ORDER, omit: { id: true, title: true, ownerId: true } }),
  _count: ({ db, own }) =>
    db.user.findMany({
      where: { ...own },
      orderBy: { name: "asc" },
      select: {
        name: true,
        _count: { select: { documents: { where: { status: "draft" } }, documentRevisions: true, nonconformances: true } },
      },
    }),
  "order by relations and their number": ({ db, own }) =>
    db.document.findMany({
      where: { ...own },
      orderBy: [{ revisions: { _count: "desc" } }, { owner: { name: "asc" } }, { number: "asc" }],
    }),
  "order with nulls last": ({ db, own }) =>
    db.document.findMany({
      where: { ...own },
      orderBy: [{ ownerId: { sort: "asc", nulls: "last" } }, { number: "asc" }],
      select: { owner: true },
    }),
  "skip and take": ({ db, own }) => db.document.findMany({ where: { ...own }, ...ORDER, skip: 2, take: 2 }),
  "take from the end": ({ db, own }) => db.document.findMany({ where: { ...own }, ...ORDER, take: -2 }),
  "cursor forwards": ({ db, own, key }) =>
    db.document.findMany({ where: { ...own }, ...ORDER, cursor: key({ number: "D-2" }), skip: 1, take: 2 }),
  "cursor backwards": ({ db, own, key }) =>
    db.document.findMany({ where: { ...own }, ...ORDER, cursor: key({ number: "D-4" }), skip: 1, take: -3 }),
  "cursor in a relation": async ({ db, own, key }) =>
    db.nonconformance.findMany({
      where: { ...own },
      ...ORDER,
      cursor: key({ number: "N-1" }),
      include: { document: { include: { _count: true } } },
    }),
  distinct: ({ db, own }) =>
    db.document.findMany({
      where: { ...own },
      distinct: ["title", "status"],
      orderBy: [{ title: "asc" }, { status: "asc" }, { number: "asc" }],
    }),
  "aggregate of a part": ({ db, own }) =>
    db.testResult.aggregate({
      where: { ...own },
      orderBy: { value: "desc" },
      take: 3,
      _avg: { value: true },
      _sum: { value: true },
      _count: { documentId: true },
    }),
  "aggregate across a relation": ({ db, own }) =>
    db.testResult.aggregate({
      where: { ...own, batch: { number: { not: "B-0" } } },
      _max: { value: true },
      _min: { value: true },
    }),
  "group by, having and paged": ({ db, own }) =>
    db.testResult.groupBy({
      by: ["parameter"],
      where: { ...own },
      _avg: { value: true },
      _count: true,
      having: { value: { _avg: { gt: 1 } }, OR: [{ parameter: "P1" }, { parameter: "P2" }] },
      orderBy: { _avg: { value: "desc" } },
      skip: 0,
      take: 1,
    }),
  "group by the account": ({ db, own }) => db.document.groupBy({ by: ["accountId"], where: { ...own }, _count: true }),
  "many findUnique in one tick": ({ db, key }) =>
    Promise.all(
      ["D-0", "D-1", "D-2", "none"].map((number) => db.document.findUnique({ where: key({ number }), include: { owner: true } })),
    ),
  "a model with the account's rows only by nature": ({ db, own }) =>
    db.auditLog.groupBy({
      by: ["operation", "subject"],
      where: { ...own, operation: "create" },
      _count: true,
      orderBy: [{ subject: "asc" }],
    }),
};

describeOnBothEngines("a query", (world) => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await Twins.make(world());
  });

  it.each(Object.entries(QUERIES))("%s answers as Prisma does with the account in its filter", async (_, run) => {
    await twins.agree(run);
  });

  it("goes along a relation from the model to its rows and back, by the fluent way", async () => {
    const db = world().db(twins.scoped) as unknown as {
      document: { findUnique(args: object): { owner(): { documents(): Promise<{ accountId: string }[]> } } };
    };
    const documents = await db.document
      .findUnique({ where: { number: "D-1" } })
      .owner()
      .documents();
    expect(documents.map(({ accountId }) => accountId)).toEqual(Array(2).fill(twins.scoped.id));
  });

  it("refuses what Prisma refuses", async () => {
    await twins.refuse(({ db, key }) => db.document.findUniqueOrThrow({ where: key({ number: "none" }) }));
    await twins.refuse(({ db, own }) => db.document.findFirstOrThrow({ where: { ...own, title: "none" } }));
    await twins.refuse(({ db }) => db.document.findMany({ where: { nothing: 1 } }));
    await twins.refuse(({ db, own }) =>
      db.document.findMany({ where: { ...own }, select: { number: true }, include: { owner: true } }),
    );
  });
});

describeOnBothEngines("with policies that are true, a query", (world) => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await Twins.make(world());
    await breakages["policies that are true"](world());
  });

  it.each(
    Object.entries(QUERIES).filter(([name]) => name !== "many findUnique in one tick"),
  )("%s is seen to answer of others", async (_, run) => {
    expect(await twins.differ(run)).toBe(true);
  });
});
