import { beforeAll, expect, it } from "vitest";
import { PrismaClient } from "../../../src/generated/tenant/client.js";
import type { TenantClient } from "../../../src/tenant-plane/tenant-client.js";
import { breakages } from "../../attack/breakages.js";
import { describeOnBothEngines } from "../../support/world.js";
import { bareClient, type Case } from "./hand.js";
import { emailOf } from "./seed.js";
import { Twins } from "./twins.js";

const ORDER = { orderBy: { number: "asc" } };
const NEW = { title: "made" };

/** One case at least for each operation that a model has; `refused` are those of other databases. */
const OPERATIONS: Readonly<Record<string, Case>> = {
  findUnique: ({ db, key }) => db.document.findUnique({ where: key({ number: "D-1" }) }),
  findUniqueOrThrow: ({ db, key }) => db.document.findUniqueOrThrow({ where: key({ number: "D-2" }) }),
  findFirst: ({ db, own }) => db.document.findFirst({ where: { ...own, title: "Title 1" }, orderBy: { number: "desc" } }),
  findFirstOrThrow: ({ db, own }) => db.document.findFirstOrThrow({ where: { ...own }, orderBy: { number: "desc" }, skip: 1 }),
  findMany: ({ db, own }) => db.document.findMany({ where: { ...own }, ...ORDER }),
  count: ({ db, own }) => db.document.count({ where: { ...own }, select: { _all: true, ownerId: true } }),
  aggregate: ({ db, own }) =>
    db.batch.aggregate({
      where: { ...own },
      _sum: { quantity: true },
      _avg: { quantity: true },
      _min: { number: true },
      _max: { producedOn: true },
      _count: true,
    }),
  groupBy: ({ db, own }) =>
    db.document.groupBy({
      by: ["status", "title"],
      where: { ...own },
      _count: { _all: true, ownerId: true },
      having: { ownerId: { _count: { gt: 0 } } },
      orderBy: [{ status: "asc" }, { title: "desc" }],
    }),
  create: ({ db, account }) => db.document.create({ data: { ...account, number: "C-1", ...NEW } }),
  createMany: ({ db, own }) =>
    db.document.createMany({ data: ["C-1", "C-2", "C-3"].map((number) => ({ ...own, number, ...NEW })), skipDuplicates: true }),
  createManyAndReturn: ({ db, own }) =>
    db.document.createManyAndReturn({
      data: ["C-3", "C-4"].map((number) => ({ ...own, number, ...NEW })),
      skipDuplicates: true,
      select: { number: true, status: true, owner: true },
    }),
  update: ({ db, key }) => db.document.update({ where: key({ number: "C-1" }), data: { title: "changed" } }),
  updateMany: ({ db, own }) =>
    db.document.updateMany({ where: { ...own, title: { startsWith: "Title" } }, data: { status: "obsolete" } }),
  updateManyAndReturn: ({ db, own }) =>
    db.document.updateManyAndReturn({ where: { ...own, title: "Title 0" }, data: { title: "renamed" }, omit: { id: true } }),
  upsert: ({ db, key, account }) =>
    db.document.upsert({
      where: key({ number: "D-0" }),
      create: { ...account, number: "D-0", title: "not made" },
      update: { title: "found" },
    }),
  delete: ({ db, key }) => db.document.delete({ where: key({ number: "C-1" }) }),
  deleteMany: ({ db, own }) => db.correctiveAction.deleteMany({ where: { ...own, title: { endsWith: ".2" } } }),
};

/** Tried in raw.test.ts, transactions.test.ts, extensions.test.ts and previews.test.ts; $extends is put on each client when it is made. */
const CLIENT_METHODS = [
  "$connect",
  "$disconnect",
  "$executeRaw",
  "$executeRawUnsafe",
  "$on",
  "$queryRaw",
  "$queryRawTyped",
  "$queryRawUnsafe",
  "$runCommandRaw",
  "$transaction",
];

/** What a model's delegate also has that is no operation. */
const NO_OPERATION = new Set(["fields", "name", "$name", "$parent"]);
/** MongoDB's. */
const ELSEWHERE: Readonly<Record<string, Case>> = {
  findRaw: ({ db }) => db.document.findRaw({}),
  aggregateRaw: ({ db }) => db.document.aggregateRaw({}),
};

describeOnBothEngines("every operation of a model", (world) => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await Twins.make(world());
  });

  it.each(Object.entries(OPERATIONS))("%s does to its tenant what Prisma does, and nothing to another", async (_, run) => {
    await twins.agree(run);
  });

  it.each(Object.entries(ELSEWHERE))("%s is refused, as Prisma refuses it on PostgreSQL", async (_, run) => {
    await twins.refuse(run);
  });

  it("is in the list above: this goes red when Prisma brings a new one", () => {
    const client = world().db(twins.scoped) as unknown as Record<string, object>;
    const listed = [...Object.keys(OPERATIONS), ...Object.keys(ELSEWHERE)].sort();
    for (const model of ["document", "user", "auditLog"]) {
      const offered = Object.keys(client[model] ?? {}).filter((name) => !NO_OPERATION.has(name));
      expect(offered.sort(), model).toEqual(listed);
    }
  });

  it("needs no list to be kept inside: Prisma's own client has its context from the adapter alone", async () => {
    const past = bareClient(world(), twins.scoped);
    const documents = await past.document.findMany();
    expect(documents.length).toBeGreaterThan(0);
    expect(new Set(documents.map(({ accountId }) => accountId))).toEqual(new Set([twins.scoped.id]));
    expect(await past.document.updateMany({ data: { title: "past" } })).toEqual({ count: documents.length });
    expect(await world().look("SELECT DISTINCT account_id AS id FROM tenant.documents WHERE title = 'past'")).toEqual([
      { id: twins.scoped.id },
    ]);
  });

  it.each(["$parent", "_originalClient"])("is refused, or kept inside, by what a client gives away as %s", async (name) => {
    const within = (world().db(twins.scoped) as unknown as Record<string, TenantClient>)[name] as TenantClient;
    await expect(within.document.findMany()).rejects.toThrow(/statement without a tenant/);
    const rows = await within.$queryRaw<{ id: string }[]>`SELECT DISTINCT account_id::text AS id FROM tenant.documents`;
    expect(rows).toEqual([{ id: twins.scoped.id }]);
  });

  it("has no method of the client beside those that the other files are about", () => {
    const offered = Object.getOwnPropertyNames(PrismaClient.prototype).filter(
      (name) => name.startsWith("$") && !name.endsWith("Internal"),
    );
    expect(offered.sort()).toEqual(CLIENT_METHODS);
  });
});

describeOnBothEngines("with policies that are true, the comparison", (world) => {
  const SPANNING = ["findMany", "count", "aggregate", "groupBy", "updateMany", "updateManyAndReturn", "deleteMany"];

  it.each(SPANNING)("of %s goes red", async (name) => {
    const twins = await Twins.make(world());
    await breakages["policies that are true"](world());
    expect(await twins.differ(OPERATIONS[name] as Case)).toBe(true);
  });

  it("of a key that names the account stays green: the policy isn't what stops it", async () => {
    const twins = await Twins.make(world());
    expect(await twins.differ(({ db, key }) => db.user.findUnique({ where: key({ email: emailOf("ada") }) }))).toBe(false);
  });
});
