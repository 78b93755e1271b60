/**
 * What the compiler must take from a tenant client and what it must refuse. Checked by
 * `npm run types`; each `@ts-expect-error` fails that run when the line under it compiles.
 */
import { PrismaClient as OtherClient } from "../../src/generated/control/client.js";
import { type TenantClient, tenantDb } from "../../src/index.js";

const ACCOUNT = "00000000-0000-4000-8000-000000000000";

export async function accepted(): Promise<string> {
  const db: TenantClient = tenantDb({ accountId: ACCOUNT, actor: "alice" });
  await db.document.findUnique({ where: { id: "x" } });
  await db.document.findUnique({ where: { number: "SOP-1", title: { contains: "a" } } });
  await db.documentRevision.findUnique({ where: { documentId_revision: { documentId: "x", revision: 1 } } });
  await db.document.findMany({ cursor: { number: "SOP-1" }, orderBy: { accountId: "asc" } });
  await db.document.upsert({ where: { number: "a" }, create: { number: "a", title: "b" }, update: { title: "c" } });
  await db.$transaction([db.user.count(), db.document.findMany()]);
  const made = await db.document.create({
    data: {
      number: "a",
      title: "b",
      owner: { connect: { email: "x@y.z" } },
      revisions: { create: { revision: 1, summary: "s" } },
    },
    include: { revisions: { select: { summary: true, author: true } }, _count: { select: { testResults: true } } },
  });
  const summary: string | undefined = made.revisions[0]?.summary;
  const results: number = made._count.testResults;
  // A model with a JSON column.
  await db.auditLog.findMany({
    where: { filter: { path: ["where"], equals: { accountId: "any key", deep: [1, { a: null }] } } },
  });
  await db.auditLog.updateMany({ data: { actor: "x" } });
  // The account can be read.
  const [read] = await db.document.findMany({ select: { accountId: true, account: { select: { slug: true } } } });
  const inside: number = await db.$transaction((tx) => tx.batch.count({ where: { number: { startsWith: "B-" } } }));
  return `${summary}${results}${read?.accountId}${read?.account.slug}${inside}`;
}

/** A client of another schema, whose accounts are its plans. */
export async function anybodysSchema(): Promise<number> {
  const db = tenantDb({ accountId: ACCOUNT, actor: "alice" }, { client: OtherClient, accountField: "planId" });
  const [read] = await db.subscription.findMany({ where: { status: "active" }, select: { planId: true, plan: true } });
  // @ts-expect-error its account is no input either
  await db.subscription.findMany({ where: { planId: ACCOUNT } });
  // @ts-expect-error nor is the relation beside it
  await db.subscription.findMany({ where: { plan: { id: ACCOUNT } } });
  // @ts-expect-error and it has no other models than its own
  await db.document.findMany();
  return db.$transaction((tx) => tx.subscription.count({ where: { id: read?.planId ?? "" } }));
}

export async function transactionsAndEvents(): Promise<void> {
  const db = tenantDb({ accountId: ACCOUNT, actor: "alice" }, { readAudit: "sync" });
  await db.$transaction((tx) => tx.user.count(), { isolationLevel: "Serializable", retries: 3, maxWait: 1, timeout: 2 });
  await db.$transaction((tx) => tx.$transaction((inner) => inner.user.count()));
  db.$on("query", ({ query, duration }) => query.length + duration).$on("warn", ({ message }) => message.length);
  // @ts-expect-error there is no such mode
  tenantDb({ accountId: ACCOUNT, actor: "alice" }, { readAudit: "sometimes" });
  // @ts-expect-error nor is there such a level
  await db.$transaction((tx) => tx.user.count(), { isolationLevel: "Strict" });
}

export async function refused(): Promise<void> {
  const db = tenantDb({ accountId: ACCOUNT, actor: "alice" });
  // @ts-expect-error an account is no input of create
  await db.document.create({ data: { accountId: ACCOUNT, number: "a", title: "b" } });
  // @ts-expect-error nor is the relation to it
  await db.document.create({ data: { number: "a", title: "b", account: { connect: { id: ACCOUNT } } } });
  // @ts-expect-error nor in createMany
  await db.document.createMany({ data: [{ accountId: ACCOUNT, number: "a", title: "b" }] });
  // @ts-expect-error nor of where
  await db.document.findMany({ where: { accountId: ACCOUNT } });
  // @ts-expect-error nor inside a logical operator
  await db.document.findMany({ where: { OR: [{ accountId: ACCOUNT }] } });
  // @ts-expect-error nor in a compound key
  await db.document.findUnique({ where: { accountId_id: { accountId: ACCOUNT, id: "x" } } });
  // @ts-expect-error nor of an update
  await db.document.update({ where: { id: "x" }, data: { accountId: ACCOUNT } });
  const key = { accountId: ACCOUNT, id: "x" };
  // @ts-expect-error nor of connect
  await db.document.update({ where: { id: "x" }, data: { owner: { connect: { accountId_id: key } } } });
  // @ts-expect-error nor inside an interactive transaction
  await db.$transaction((tx) => tx.document.deleteMany({ where: { accountId: ACCOUNT } }));
  // @ts-expect-error a unique key is needed
  await db.document.findUnique({ where: { title: "x" } });
  // @ts-expect-error unknown fields are refused as Prisma refuses them
  await db.document.create({ data: { number: "a", title: "b", nonsense: 1 } });
  // @ts-expect-error the context takes an actor
  tenantDb({ accountId: ACCOUNT });
}
