import { describe, expect, it } from "vitest";
import { readRelationFields } from "../../src/tenant-plane/relation-fields.js";
import { ArgsScope, type DataModel } from "../../src/tenant-plane/scope-args.js";
import { readAccountKeys } from "../../src/tenant-plane/unique-keys.js";

const SCHEMA = `
model Shelf {
  accountId String
  id        String
  label     String
  books     Book[]

  @@id([accountId, id])
  @@unique([accountId, label])
}

model Book {
  accountId String
  id        String
  shelfId   String
  place     Int
  printedAt DateTime
  shelf     Shelf  @relation(fields: [accountId, shelfId], references: [accountId, id])

  @@id([accountId, id])
  @@unique([accountId, shelfId, place], name: "spot")
  @@unique(fields: [accountId, printedAt(sort: Desc)])
  @@unique([place])
  @@index([accountId, shelfId])
}`;

const field = (name: string, kind: string, type: string) => ({ name, kind, type });
const MODEL: DataModel = {
  models: {
    Shelf: { fields: [field("id", "scalar", "String"), field("books", "object", "Book")] },
    Book: { fields: [field("id", "scalar", "String"), field("shelf", "object", "Shelf")] },
  },
};

describe("readAccountKeys()", () => {
  it("finds the keys that start with the account, by the names that Prisma gives them", () => {
    const keys = readAccountKeys(SCHEMA, "accountId");
    expect(keys.get("Shelf")).toEqual([
      { prismaName: "accountId_id", callerName: "id", fields: ["id"] },
      { prismaName: "accountId_label", callerName: "label", fields: ["label"] },
    ]);
    expect(keys.get("Book")).toEqual([
      { prismaName: "accountId_id", callerName: "id", fields: ["id"] },
      { prismaName: "spot", callerName: "shelfId_place", fields: ["shelfId", "place"] },
      { prismaName: "accountId_printedAt", callerName: "printedAt", fields: ["printedAt"] },
    ]);
  });
});

describe("ArgsScope", () => {
  it("goes by whatever field holds the account", () => {
    const schema = SCHEMA.replaceAll("accountId", "shopId");
    const shop = new ArgsScope(
      { model: MODEL, keys: readAccountKeys(schema, "shopId"), relations: new Map() },
      { accountField: "shopId", accountId: "A" },
    );
    expect(shop.call("Shelf", "findUnique", { where: { id: "1" } })).toEqual({ where: { shopId_id: { shopId: "A", id: "1" } } });
  });

  const scope = new ArgsScope(
    { model: MODEL, keys: readAccountKeys(SCHEMA, "accountId"), relations: readRelationFields(SCHEMA, "accountId") },
    { accountField: "accountId", accountId: "A" },
  );
  const key = (rest: object, name = "accountId_id") => ({ [name]: { accountId: "A", ...rest } });

  it.each([
    ["findUnique", { where: { id: "1" } }, { where: key({ id: "1" }) }],
    ["findUnique", { where: { label: "x", AND: [] } }, { where: { AND: [], ...key({ label: "x" }, "accountId_label") } }],
    ["update", { where: { id: "1" }, data: { label: "y" } }, { where: key({ id: "1" }), data: { label: "y" } }],
    ["findMany", { where: { id: "1" }, cursor: { id: "2" } }, { where: { id: "1" }, cursor: key({ id: "2" }) }],
    ["findFirst", { where: { id: { in: ["1"] } } }, { where: { id: { in: ["1"] } } }],
    ["findUnique", { where: key({ id: "1" }) }, { where: key({ id: "1" }) }],
    ["count", {}, {}],
    ["findMany", undefined, undefined],
  ])("%s %j", (operation, args, scoped) => {
    expect(scope.call("Shelf", operation, args)).toEqual(scoped);
  });

  it("takes a key of several columns and one of a date", () => {
    const printedAt = new Date(0);
    expect(scope.call("Book", "delete", { where: { shelfId_place: { shelfId: "s", place: 1 } } })).toEqual({
      where: key({ shelfId: "s", place: 1 }, "spot"),
    });
    expect(scope.call("Book", "findUnique", { where: { printedAt } })).toEqual({
      where: key({ printedAt }, "accountId_printedAt"),
    });
  });

  it("goes into nested writes at every depth", () => {
    const args = {
      where: { id: "1" },
      create: { books: { connect: [{ id: "2" }, { id: "3" }], connectOrCreate: { where: { id: "4" }, create: { place: 1 } } } },
      update: {
        books: {
          update: { where: { id: "5" }, data: { shelf: { connect: { label: "x" } } } },
          upsert: [{ where: { id: "6" }, create: { place: 2 }, update: { shelf: { update: { label: "y" } } } }],
          deleteMany: { place: 3 },
          updateMany: { where: { id: "7" }, data: { place: 4 } },
          disconnect: { id: "8" },
          set: [{ shelfId_place: { shelfId: "s", place: 5 } }],
        },
      },
    };
    expect(scope.call("Shelf", "upsert", args)).toEqual({
      where: key({ id: "1" }),
      create: {
        books: {
          connect: [key({ id: "2" }), key({ id: "3" })],
          connectOrCreate: { where: key({ id: "4" }), create: { place: 1 } },
        },
      },
      update: {
        books: {
          update: { where: key({ id: "5" }), data: { shelf: { connect: key({ label: "x" }, "accountId_label") } } },
          upsert: [{ where: key({ id: "6" }), create: { place: 2 }, update: { shelf: { update: { label: "y" } } } }],
          deleteMany: { place: 3 },
          updateMany: { where: { id: "7" }, data: { place: 4 } },
          disconnect: key({ id: "8" }),
          set: [key({ shelfId: "s", place: 5 }, "spot")],
        },
      },
    });
  });

  it("asks for the absence of a relation by its own fields: the account beside them is never null", () => {
    const none = { AND: [{ shelfId: null }] };
    const where = (given: object) => (scope.call("Book", "findMany", { where: given }) as { where: object }).where;
    expect(where({ shelf: null })).toEqual({ AND: [none] });
    expect(where({ shelf: { is: null }, place: 1, AND: { place: 2 } })).toEqual({ place: 1, AND: [none, { place: 2 }] });
    expect(where({ OR: [{ shelf: { isNot: null } }, { place: 1 }] })).toEqual({ OR: [{ AND: [{ NOT: none }] }, { place: 1 }] });
    expect(where({ shelf: { label: "x" } })).toEqual({ shelf: { label: "x" } });
    expect(where({ shelf: { is: { books: { some: { shelf: null } } } } })).toEqual({
      shelf: { is: { books: { some: { AND: [none] } } } },
    });
    expect(scope.call("Shelf", "findMany", { include: { _count: { select: { books: { where: { shelf: null } } } } } })).toEqual({
      include: { _count: { select: { books: { where: { AND: [none] } } } } },
    });
    expect(scope.call("Book", "update", { where: { id: "1", shelf: null }, data: {} })).toEqual({
      where: { ...key({ id: "1" }), AND: [none] },
      data: {},
    });
  });

  it("goes into selections, for the cursor of a relation", () => {
    const args = { include: { books: { cursor: { id: "2" }, where: { id: "3" }, include: { shelf: true } } } };
    expect(scope.call("Shelf", "findMany", args)).toEqual({
      include: { books: { cursor: key({ id: "2" }), where: { id: "3" }, include: { shelf: true } } },
    });
  });

  it("leaves what it was given as it is", () => {
    const args = { where: { id: "1" }, data: { books: { connect: { id: "2" } } } };
    const before = structuredClone(args);
    scope.call("Shelf", "update", args);
    expect(args).toEqual(before);
  });
});
