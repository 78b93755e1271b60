import type { AnyClient } from "../client.js";

/** Filters that a careful programmer adds to each query today, and nobody under guard. */
export interface Mine {
  readonly own: object;
  readonly organization: object;
  readonly note: object;
}

export const byHand = (organizationId: string): Mine => ({
  own: { organizationId },
  organization: { id: organizationId },
  note: { deal: { organizationId } },
});

export const byGuard: Mine = { own: {}, organization: {}, note: {} };

export type Client = AnyClient<"organization" | "currency" | "user" | "company" | "deal" | "tag" | "dealTag" | "note">;

type Query = (db: Client, mine: Mine, given: object) => Promise<unknown>;

/**
 * What a customer database is asked all day. `given` is what a new row is told of its
 * organization: the id by hand, nothing under guard.
 */
export const QUERIES: Readonly<Record<string, Query>> = {
  "a pipeline by stage": (db, mine) =>
    db.deal.groupBy({
      by: ["stage"],
      where: mine.own,
      _sum: { amount: true },
      _count: { _all: true },
      orderBy: { stage: "asc" },
    }),
  "deals with all around them": (db, mine) =>
    db.deal.findMany({
      where: { ...mine.own, stage: "won", company: { children: { none: {} } } },
      include: {
        company: { include: { parent: true } },
        owner: { include: { manager: true } },
        currency: true,
        tags: { orderBy: { tagName: "asc" } },
      },
      orderBy: [{ amount: "desc" }, { id: "asc" }],
    }),
  "a thread of notes": (db, mine) =>
    db.note.findMany({
      where: { ...mine.note, replyToId: null, replies: { some: {} } },
      include: { replies: { include: { author: { select: { email: true } } }, orderBy: { id: "asc" } } },
      orderBy: { id: "asc" },
    }),
  "the organization itself": (db, mine) =>
    db.organization.findMany({ where: mine.organization, include: { _count: { select: { deals: true, users: true } } } }),
  "people by key, and their reports": async (db, mine) => {
    const first = (await db.user.findFirst({ where: mine.own, orderBy: { email: "asc" } })) as { id: string; email: string };
    return [
      await db.user.findUnique({ where: { email: first.email }, include: { reports: { orderBy: { email: "asc" } } } }),
      await db.user.findUnique({ where: { id: first.id } }),
    ];
  },
  "a company with deals and notes, made at once": async (db, mine, given) => {
    const tag = (await db.tag.findFirst({ where: { ...mine.own, name: "hot" } })) as { name: string };
    await db.company.create({
      data: {
        ...given,
        name: "Nested",
        deals: {
          create: [
            {
              ...given,
              title: "One",
              amount: "12.50",
              currencyCode: "EUR",
              notes: { create: { body: "first", writtenAt: new Date(0) } },
            },
          ],
        },
      },
    });
    const deal = (await db.deal.findFirst({ where: { ...mine.own, title: "One" } })) as { id: string };
    await db.dealTag.create({ data: { ...given, dealId: deal.id, tagName: tag.name } });
    return db.company.findMany({
      where: { ...mine.own, name: "Nested" },
      select: {
        name: true,
        deals: { select: { title: true, amount: true, notes: { select: { body: true } }, tags: { select: { tagName: true } } } },
      },
    });
  },
  "updates, one and many": async (db, mine) => {
    const deal = (await db.deal.findFirst({ where: { ...mine.own, title: "One" } })) as { id: string };
    await db.deal.update({ where: { id: deal.id }, data: { stage: "won", owner: { disconnect: true } } });
    const many = await db.deal.updateMany({ where: { ...mine.own, stage: "lost" }, data: { amount: { increment: 1 } } });
    return [many, await db.deal.aggregate({ where: mine.own, _sum: { amount: true } })];
  },
  "a company deleted with its deals": async (db, mine) => {
    const company = (await db.company.findFirst({ where: { ...mine.own, name: "Nested" } })) as { id: string };
    await db.company.delete({ where: { id: company.id } });
    return [await db.deal.count({ where: mine.own }), await db.note.count({ where: mine.note })];
  },
  "a transaction that is undone": async (db, mine, given) => {
    const undone = db.$transaction(async (tx) => {
      await tx.tag.create({ data: { ...given, name: "never" } });
      throw new Error("changed my mind");
    });
    return [
      await undone.catch((error: Error) => error.message),
      await db.tag.findMany({ where: mine.own, select: { name: true }, orderBy: { name: "asc" } }),
    ];
  },
};
