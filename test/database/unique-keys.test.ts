import { randomUUID } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import type { TenantClient } from "../../src/tenant-plane/tenant-client.js";
import { describeOnBothEngines } from "../support/world.js";

const email = () => `${randomUUID()}@example.test`;
const number = () => `UK-${randomUUID()}`;

// Nobody names the account: neither in `where` nor at any depth of a write.
describeOnBothEngines("unique keys without the account", (world) => {
  let db: TenantClient;
  beforeEach(() => {
    db = world().db(world().a);
  });

  const document = () => db.document.create({ data: { number: number(), title: "x" } });

  it("in where: by id, by one column, by several", async () => {
    const made = await document();
    const { id: revisionId } = await db.documentRevision.create({ data: { documentId: made.id, revision: 3, summary: "x" } });
    expect(await db.document.findUnique({ where: { id: made.id } })).toEqual(made);
    expect(await db.document.findUniqueOrThrow({ where: { number: made.number } })).toEqual(made);
    const where = { documentId_revision: { documentId: made.id, revision: 3 } };
    expect(await db.documentRevision.findUnique({ where })).toMatchObject({ id: revisionId });
    expect(await db.documentRevision.update({ where, data: { body: "y" } })).toMatchObject({ body: "y" });
    expect(await db.documentRevision.delete({ where })).toMatchObject({ id: revisionId });
  });

  it("in where, beside other filters", async () => {
    const { id } = await document();
    expect(await db.document.findUnique({ where: { id, title: "x", AND: [{ status: "draft" }] } })).not.toBeNull();
    expect(await db.document.findUnique({ where: { id, title: "other" } })).toBeNull();
  });

  it("in a cursor, and in that of an include", async () => {
    const made = [await document(), await document(), await document()];
    const ids = made.map(({ id }) => id).sort();
    const where = { id: { in: ids } };
    const page = await db.document.findMany({ where, cursor: { id: ids[1] as string }, orderBy: { id: "asc" } });
    expect(page.map(({ id }) => id)).toEqual(ids.slice(1));
    const owner = await db.user.create({
      data: { email: email(), name: "x", documents: { connect: ids.map((id) => ({ id })) } },
    });
    const withPage = await db.user.findUnique({
      where: { id: owner.id },
      include: { documents: { cursor: { id: ids[2] as string }, orderBy: { id: "asc" } } },
    });
    expect(withPage?.documents.map(({ id }) => id)).toEqual(ids.slice(2));
  });

  it("in upsert, which makes a row once and then changes it", async () => {
    const where = { number: number() };
    const create = { ...where, title: "made" };
    expect(await db.document.upsert({ where, create, update: { title: "changed" } })).toMatchObject({ title: "made" });
    expect(await db.document.upsert({ where, create, update: { title: "changed" } })).toMatchObject({ title: "changed" });
  });

  it("in connect and connectOrCreate, by id and by another key", async () => {
    const user = await db.user.create({ data: { email: email(), name: "x" } });
    const data = { title: "x", owner: { connect: { email: user.email } } };
    expect(await db.document.create({ data: { number: number(), ...data } })).toMatchObject({ ownerId: user.id });
    const newcomer = email();
    const owner = { connectOrCreate: { where: { email: newcomer }, create: { email: newcomer, name: "new" } } };
    const one = await db.document.create({ data: { number: number(), title: "x", owner } });
    const two = await db.document.create({ data: { number: number(), title: "x", owner } });
    expect(one.ownerId).toBe(two.ownerId);
    expect(await db.user.count({ where: { email: newcomer } })).toBe(1);
  });

  it("in nested update, upsert, delete, updateMany and deleteMany", async () => {
    const { id } = await document();
    const revise = (revisions: object) =>
      db.document.update({
        where: { id },
        data: { revisions } as never,
        include: { revisions: { orderBy: { revision: "asc" } } },
      });
    const key = (revision: number) => ({ documentId_revision: { documentId: id, revision } });
    const create = (revision: number) => ({ revision, summary: "made" });
    await revise({ create: [create(1), create(2)] });
    await revise({ update: { where: key(1), data: { summary: "updated" } } });
    await revise({ upsert: { where: key(3), create: create(3), update: {} } });
    await revise({ upsert: { where: key(3), create: create(3), update: { summary: "upserted" } } });
    await revise({ delete: key(2) });
    const { revisions } = (await revise({ updateMany: { where: { revision: 1 }, data: { body: "many" } } })) as unknown as {
      revisions: { revision: number; summary: string; body: string }[];
    };
    expect(revisions.map(({ revision, summary, body }) => [revision, summary, body])).toEqual([
      [1, "updated", "many"],
      [3, "upserted", ""],
    ]);
    await revise({ deleteMany: {} });
    expect(await db.documentRevision.count({ where: { documentId: id } })).toBe(0);
  });

  it("in a nested update of a single relation, and one two levels down", async () => {
    const owner = await db.user.create({ data: { email: email(), name: "before" } });
    const made = await db.document.create({
      data: {
        number: number(),
        title: "x",
        ownerId: owner.id,
        revisions: { create: { revision: 1, summary: "x", authorId: owner.id } },
      },
      include: { revisions: true },
    });
    await db.document.update({ where: { id: made.id }, data: { owner: { update: { name: "after" } } } });
    expect(await db.user.findUnique({ where: { id: owner.id } })).toMatchObject({ name: "after" });
    await db.document.update({
      where: { id: made.id },
      data: {
        revisions: {
          update: {
            where: { id: made.revisions[0]?.id as string },
            data: { author: { connect: { email: owner.email } }, body: "deep" },
          },
        },
      },
    });
    expect(await db.documentRevision.findFirst({ where: { documentId: made.id } })).toMatchObject({
      body: "deep",
      authorId: owner.id,
    });
  });

  it("in disconnect and set, which leave a row where it is", async () => {
    const owner = await db.user.create({ data: { email: email(), name: "x" } });
    const [one, two, three] = [await document(), await document(), await document()];
    const ids = [one, two, three].map(({ id }) => ({ id }));
    const owned = () => db.document.findMany({ where: { ownerId: owner.id }, select: { id: true } });
    const give = (documents: object) => db.user.update({ where: { email: owner.email }, data: { documents } as never });
    await give({ connect: ids });
    await db.document.update({ where: { id: one.id }, data: { owner: { disconnect: true } } });
    expect((await owned()).length).toBe(2);
    await give({ disconnect: { number: two.number } });
    expect(await owned()).toEqual([{ id: three.id }]);
    await give({ set: [{ id: one.id }] });
    expect(await owned()).toEqual([{ id: one.id }]);
    await give({ set: [] });
    expect(await owned()).toEqual([]);
    for (const { id } of ids) expect(await db.document.findUnique({ where: { id } })).toMatchObject({ accountId: world().a.id });
  });

  it("finds nothing of another tenant by the same keys", async () => {
    const made = await document();
    const other = world().db(world().b);
    expect(await other.document.findUnique({ where: { id: made.id } })).toBeNull();
    expect(await other.document.findUnique({ where: { number: made.number } })).toBeNull();
    await expect(other.document.update({ where: { id: made.id }, data: { title: "y" } })).rejects.toMatchObject({
      code: "P2025",
    });
    expect(await other.document.create({ data: { number: made.number, title: "same number" } })).toMatchObject({
      number: made.number,
    });
  });
});
