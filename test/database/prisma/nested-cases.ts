import type {
  NonconformanceUpdateManyWithoutDocumentNestedInput,
  UserUpdateOneWithoutDocumentsNestedInput,
} from "../../../src/generated/tenant/models.js";
import type { Case } from "./hand.js";
import { emailOf } from "./seed.js";

const ada = { email: emailOf("ada") };
export const bob = { email: emailOf("bob") };
const finding = { title: "made", severity: "minor" };

/** The kinds as Prisma's types have them: a new one does not compile until it is here, and then wants a case. */
export const KINDS: Readonly<
  Record<keyof NonconformanceUpdateManyWithoutDocumentNestedInput | keyof UserUpdateOneWithoutDocumentsNestedInput, true>
> = {
  create: true,
  createMany: true,
  connect: true,
  connectOrCreate: true,
  disconnect: true,
  set: true,
  update: true,
  updateMany: true,
  upsert: true,
  delete: true,
  deleteMany: true,
};

/** Each kind of nested write, to one and to many, made three tables deep or more. They build on one another. */
export const WRITES: Readonly<Record<string, Case>> = {
  "create, four tables deep": ({ db, account, key }) =>
    db.batch.create({
      data: {
        ...account,
        number: "B-9",
        product: "x",
        quantity: "1.125",
        unit: "kg",
        nonconformances: {
          create: {
            ...account,
            ...finding,
            number: "N-9",
            reportedBy: { connect: key(ada) },
            document: {
              create: {
                ...account,
                number: "D-9",
                title: "made",
                revisions: { create: [{ ...account, revision: 1, summary: "s", author: { connect: key(bob) } }] },
              },
            },
            correctiveActions: {
              create: [
                { ...account, title: "a", assignee: { create: { ...account, email: "new@people.test", name: "new" } } },
                { ...account, title: "b" },
              ],
            },
          },
        },
      },
      include: {
        nonconformances: {
          include: {
            document: { include: { revisions: true } },
            correctiveActions: { orderBy: { title: "asc" }, include: { assignee: true } },
          },
        },
      },
    }),
  createMany: ({ db, account }) =>
    db.document.create({
      data: {
        ...account,
        number: "D-8",
        title: "made",
        nonconformances: {
          create: {
            ...account,
            ...finding,
            number: "N-8",
            correctiveActions: { createMany: { data: [{ title: "c" }, { title: "d" }] } },
          },
        },
      },
      include: { nonconformances: { orderBy: { number: "asc" }, include: { correctiveActions: { orderBy: { title: "asc" } } } } },
    }),
  "createMany, skipping duplicates": ({ db, key }) =>
    db.document.update({
      where: key({ number: "D-9" }),
      data: {
        revisions: {
          createMany: {
            data: [
              { revision: 1, summary: "twice" },
              { revision: 2, summary: "once" },
            ],
            skipDuplicates: true,
          },
        },
      },
    }),
  "connect, to one and to many": ({ db, key }) =>
    db.document.update({
      where: key({ number: "D-8" }),
      data: { owner: { connect: key(bob) }, nonconformances: { connect: [key({ number: "N-0" }), key({ number: "N-9" })] } },
      include: { owner: true, nonconformances: { orderBy: { number: "asc" } } },
    }),
  "connect below a create below an update": ({ db, key, account }) =>
    db.user.update({
      where: key(ada),
      data: {
        documents: { create: { ...account, number: "D-7", title: "made", nonconformances: { connect: key({ number: "N-1" }) } } },
      },
    }),
  "connectOrCreate, found and made": ({ db, key, account }) =>
    db.document.update({
      where: key({ number: "D-7" }),
      data: {
        owner: { connectOrCreate: { where: key(bob), create: { ...account, email: bob.email, name: "not made" } } },
        nonconformances: {
          connectOrCreate: [
            { where: key({ number: "N-2" }), create: { ...account, ...finding, number: "N-2" } },
            {
              where: key({ number: "N-7" }),
              create: { ...account, ...finding, number: "N-7", batch: { connect: key({ number: "B-0" }) } },
            },
          ],
        },
      },
      include: { owner: true, nonconformances: { orderBy: { number: "asc" } } },
    }),
  "disconnect, one and of many": ({ db, key }) =>
    db.document.update({
      where: key({ number: "D-7" }),
      data: { owner: { disconnect: true }, nonconformances: { disconnect: [key({ number: "N-2" })] } },
      include: { owner: true, nonconformances: { orderBy: { number: "asc" } } },
    }),
  "disconnect by a filter": ({ db, key }) =>
    db.document.update({
      where: key({ number: "D-8" }),
      data: { owner: { disconnect: { name: "bob" } } },
      include: { owner: true },
    }),
  set: ({ db, key }) =>
    db.document.update({
      where: key({ number: "D-8" }),
      data: { owner: { connect: key(bob) }, nonconformances: { set: [key({ number: "N-2" }), key({ number: "N-9" })] } },
      include: { nonconformances: { orderBy: { number: "asc" } } },
    }),
  "set to nothing": ({ db, key }) =>
    db.document.update({ where: key({ number: "D-7" }), data: { nonconformances: { set: [] } } }),
  "update, four tables deep": ({ db, key }) =>
    db.user.update({
      where: key(bob),
      data: {
        documents: {
          update: {
            where: key({ number: "D-8" }),
            data: {
              title: "deep",
              nonconformances: {
                update: { where: key({ number: "N-9" }), data: { status: "closed", batch: { update: { status: "rejected" } } } },
              },
            },
          },
        },
      },
      include: {
        documents: {
          where: { number: "D-8" },
          include: { nonconformances: { include: { batch: true }, orderBy: { number: "asc" } } },
        },
      },
    }),
  "update to one, with a filter": ({ db, key }) =>
    db.nonconformance.update({
      where: key({ number: "N-9" }),
      data: { batch: { update: { where: { status: "rejected" }, data: { unit: "g" } } } },
    }),
  updateMany: ({ db, key }) =>
    db.document.update({
      where: key({ number: "D-8" }),
      data: { nonconformances: { updateMany: { where: { severity: "minor" }, data: { description: "many" } } } },
    }),
  "upsert, found and made": ({ db, key, account }) =>
    db.document.update({
      where: key({ number: "D-8" }),
      data: {
        nonconformances: {
          upsert: [
            { where: key({ number: "N-9" }), create: { ...account, ...finding, number: "N-9" }, update: { title: "found" } },
            {
              where: key({ number: "N-6" }),
              create: { ...account, ...finding, number: "N-6", correctiveActions: { create: { ...account, title: "e" } } },
              update: { title: "not" },
            },
          ],
        },
        owner: { upsert: { create: { ...account, email: "up@people.test", name: "up" }, update: { name: "robert" } } },
      },
      include: {
        owner: true,
        nonconformances: { orderBy: { number: "asc" }, include: { correctiveActions: { orderBy: { title: "asc" } } } },
      },
    }),
  delete: ({ db, key }) =>
    db.document.update({ where: key({ number: "D-8" }), data: { nonconformances: { delete: key({ number: "N-6" }) } } }),
  "delete to one": ({ db, key }) =>
    db.nonconformance
      .update({ where: key({ number: "N-7" }), data: { document: { delete: true } } })
      .catch((error: unknown) => ({ refused: (error as { code: string }).code })),
  deleteMany: ({ db, key }) =>
    db.document.update({
      where: key({ number: "D-8" }),
      data: {
        nonconformances: {
          update: {
            where: key({ number: "N-9" }),
            data: { correctiveActions: { deleteMany: [{ title: "a" }, { title: "none" }] } },
          },
        },
      },
    }),
  "many kinds in one": ({ db, key, account }) =>
    db.document.update({
      where: key({ number: "D-9" }),
      data: {
        title: { set: "all" },
        revisions: {
          create: { ...account, revision: 5, summary: "five" },
          updateMany: { where: { revision: 1 }, data: { body: "one" } },
          deleteMany: { revision: 2 },
        },
        nonconformances: {
          connect: key({ number: "N-1" }),
          disconnect: key({ number: "N-2" }),
          create: { ...account, ...finding, number: "N-5" },
        },
      },
      include: { revisions: { orderBy: { revision: "asc" } }, nonconformances: { orderBy: { number: "asc" } } },
    }),
};

/** Nested writes that Prisma refuses, half way through: what came before is undone. */
export const REFUSED: Readonly<Record<string, Case>> = {
  "a key that isn't there": ({ db, key }) =>
    db.document.update({
      where: key({ number: "D-0" }),
      data: { title: "no", owner: { connect: key({ email: "none@people.test" }) } },
    }),
  "a duplicate at the bottom": ({ db, account }) =>
    db.batch.create({
      data: {
        ...account,
        number: "B-no",
        product: "x",
        quantity: 1,
        unit: "kg",
        nonconformances: {
          create: {
            ...account,
            ...finding,
            number: "N-no",
            correctiveActions: { create: { ...account, title: "no" } },
            document: { create: { ...account, number: "D-0", title: "no" } },
          },
        },
      },
    }),
  "a row that a required relation holds": ({ db, key }) =>
    db.document.update({ where: key({ number: "D-1" }), data: { revisions: { set: [] } } }),
};
