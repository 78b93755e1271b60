import type { AnyClient } from "../client.js";

/** Filters that a careful programmer adds to each query today, and nobody under guard. */
export interface Mine {
  readonly shop: object;
  readonly shopRow: object;
  readonly order: object;
  readonly line: object;
}

export const byHand = (shopId: number): Mine => ({
  shop: { shopId },
  shopRow: { id: shopId },
  order: { customer: { shopId } },
  line: { order: { customer: { shopId } } },
});

export const byGuard: Mine = { shop: {}, shopRow: {}, order: {}, line: {} };

export type Client = AnyClient<
  "shop" | "country" | "customer" | "product" | "category" | "productCategory" | "order" | "orderLine"
>;

type Query = (db: Client, mine: Mine, shopId: number) => Promise<unknown>;

/** What a web shop asks its database all day. The writes come one after another, in this order. */
export const QUERIES: Readonly<Record<string, Query>> = {
  "a list with a filter and an order": (db, mine) =>
    db.customer.findMany({ where: { ...mine.shop, countryCode: "DE" }, orderBy: { email: "asc" }, take: 5, skip: 2 }),
  "a list with what belongs to it": (db, mine) =>
    db.order.findMany({
      where: { ...mine.order, state: "paid" },
      include: {
        customer: { include: { country: true, invitedBy: true } },
        lines: { include: { product: true }, orderBy: { lineNo: "asc" } },
      },
      orderBy: { number: "asc" },
    }),
  "a filter through relations, both ways": (db, mine) =>
    db.product.findMany({
      where: {
        ...mine.shop,
        lines: { some: { quantity: { gte: 3 } } },
        categories: { none: { category: { title: "Category 1" } } },
      },
      select: { sku: true, _count: { select: { lines: true, categories: true } } },
      orderBy: { sku: "asc" },
    }),
  "counts and sums": async (db, mine) => [
    await db.order.count({ where: mine.order }),
    await db.orderLine.aggregate({ where: mine.line, _sum: { quantity: true }, _max: { lineNo: true } }),
    await db.order.groupBy({ by: ["state"], where: mine.order, _count: { _all: true }, orderBy: { state: "asc" } }),
  ],
  "the shop itself": (db, mine) =>
    db.shop.findMany({ where: mine.shopRow, include: { categories: { orderBy: { title: "asc" } } } }),
  "a shared table": (db) => db.country.findMany({ orderBy: { code: "asc" } }),
  "one row by its key": async (db, mine, shopId) => {
    const first = (await db.customer.findFirst({ where: mine.shop, orderBy: { id: "asc" } })) as { id: number; email: string };
    return [
      await db.customer.findUnique({ where: { id: first.id } }),
      await db.customer.findUnique({
        where: { shopId_email: { shopId, email: first.email } },
        include: { orders: { orderBy: { number: "asc" } } },
      }),
    ];
  },
  "an order with its lines, made at once": async (db, mine, shopId) => {
    const product = (await db.product.findFirst({ where: mine.shop, orderBy: { sku: "asc" } })) as { id: number };
    const customer = (await db.customer.create({ data: { shopId, email: "new@example.test", name: "New" } })) as { id: number };
    return db.order.create({
      data: {
        number: `W-${shopId}`,
        placedAt: new Date("2026-06-01T10:00:00Z"),
        customer: { connect: { id: customer.id } },
        lines: {
          create: [
            { lineNo: 1, quantity: 2, product: { connect: { id: product.id } } },
            { lineNo: 2, quantity: 1, product: { connect: { id: product.id } } },
          ],
        },
      },
      include: { lines: { orderBy: { lineNo: "asc" } }, customer: true },
    });
  },
  "an update by key, and of what hangs on it": async (db, _mine, shopId) =>
    db.order.update({
      where: { number: `W-${shopId}` },
      data: { state: "paid", lines: { updateMany: { where: { lineNo: 1 }, data: { quantity: 5 } }, deleteMany: { lineNo: 2 } } },
      include: { lines: true },
    }),
  "an upsert, twice": async (db, mine, shopId) => {
    const upsert = (name: string) =>
      db.customer.upsert({
        where: { shopId_email: { shopId, email: "up@example.test" } },
        create: { shopId, email: "up@example.test", name },
        update: { name },
      });
    await upsert("first");
    await upsert("second");
    return db.customer.findMany({ where: { ...mine.shop, email: "up@example.test" }, select: { name: true } });
  },
  "a relation connected and disconnected": async (db, mine, shopId) => {
    const [host, guest] = (await db.customer.findMany({ where: mine.shop, orderBy: { id: "asc" }, take: 2 })) as [
      { id: number },
      { id: number },
    ];
    const connected = await db.customer.update({ where: { id: guest.id }, data: { invitedBy: { connect: { id: host.id } } } });
    const left = await db.customer.update({ where: { id: guest.id }, data: { invitedBy: { disconnect: true } } });
    return [connected, left, shopId];
  },
  "many to many, through its table": async (db, mine) => {
    const product = (await db.product.findFirst({ where: mine.shop, orderBy: { id: "desc" } })) as { id: number };
    const category = (await db.category.findFirst({ where: mine.shop, orderBy: { id: "desc" } })) as { id: number };
    const key = { productId: product.id, categoryId: category.id };
    await db.productCategory.upsert({ where: { productId_categoryId: key }, create: key, update: {} });
    const there = await db.category.findUnique({
      where: { id: category.id },
      include: { products: { orderBy: { productId: "asc" } } },
    });
    await db.productCategory.delete({ where: { productId_categoryId: key } });
    return there;
  },
  "a transaction that is undone, and one that holds": async (db, mine, shopId) => {
    const undone = db.$transaction(async (tx) => {
      await tx.category.create({ data: { shopId, title: "Never" } });
      throw new Error("changed my mind");
    });
    const why = await undone.catch((error: Error) => error.message);
    await db.$transaction(async (tx) => {
      await tx.category.create({ data: { shopId, title: "Always" } });
      await tx.product.updateMany({ where: { ...mine.shop, title: "Product 1" }, data: { title: "Product one" } });
    });
    return [
      why,
      await db.category.findMany({ where: mine.shop, select: { title: true }, orderBy: { title: "asc" } }),
      await db.product.count({ where: { ...mine.shop, title: "Product one" } }),
    ];
  },
  "many rows made and deleted": async (db, mine, shopId) => {
    const made = await db.product.createMany({
      data: Array.from({ length: 10 }, (_, n) => ({ shopId, sku: `bulk-${shopId}-${n}`, title: "Bulk", priceCents: n })),
    });
    return [made, await db.product.deleteMany({ where: { ...mine.shop, title: "Bulk" } })];
  },
};
