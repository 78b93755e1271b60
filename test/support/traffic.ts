import { randomInt, randomUUID } from "node:crypto";
import type { TenantClient } from "../../src/tenant-plane/tenant-client.js";
import type { TestTenant } from "./world.js";

/** What one worker did: every document that has to be there in the end, and what it saw that was not its tenant's. */
export interface Ledger {
  readonly tenant: TestTenant;
  readonly made: string[];
  readonly foreign: unknown[];
  operations: number;
}

interface Step {
  readonly db: TenantClient;
  readonly tenant: TestTenant;
  /** A document's number that nobody has used. */
  fresh(): string;
  /** Says that a document is committed. */
  keep(number: string): void;
}

/** Rows of any kind that say whose they are. */
type Rows = readonly { readonly accountId: string }[];

const TITLE = "traffic";
const UNDONE = "undone";

const STEPS: Readonly<Record<string, (step: Step) => Promise<Rows>>> = {
  async "nested create"({ db, fresh, keep }) {
    const number = fresh();
    const { revisions, ...document } = await db.document.create({
      data: { number, title: TITLE, revisions: { create: { revision: 1, summary: TITLE } } },
      include: { revisions: true },
    });
    keep(number);
    return [document, ...revisions];
  },
  async "list with relations"({ db }) {
    const documents = await db.document.findMany({
      include: { revisions: true, owner: true },
      take: 20,
      orderBy: { id: "desc" },
    });
    return documents.flatMap(({ revisions, owner, ...document }) => [document, ...revisions, ...(owner ? [owner] : [])]);
  },
  async "two keys in one tick"({ db }) {
    const some = await db.document.findMany({ take: 2 });
    const found = await Promise.all(some.map(({ id }) => db.document.findUnique({ where: { id } })));
    return [...some, ...found.filter((document) => document !== null)];
  },
  update: ({ db }) => db.document.updateManyAndReturn({ where: { title: TITLE }, data: { status: "effective" }, limit: 1 }),
  "raw read": ({ db }) =>
    db.$queryRaw<{ accountId: string }[]>`SELECT account_id::text AS "accountId" FROM tenant.documents LIMIT 20`,
  async "raw write"({ db, fresh, keep }) {
    const number = fresh();
    await db.$executeRaw`INSERT INTO tenant.documents (number, title) VALUES (${number}, ${TITLE})`;
    keep(number);
    return [];
  },
  async batch({ db, fresh, keep }) {
    const number = fresh();
    const [made, all] = await db.$transaction([
      db.document.create({ data: { number, title: TITLE } }),
      db.document.findMany({ take: 5 }),
    ]);
    keep(number);
    return [made, ...all];
  },
  async "transaction, committed"({ db, fresh, keep }) {
    const number = fresh();
    const rows = await db.$transaction(async (tx) => {
      const made = await tx.document.create({ data: { number, title: TITLE } });
      await tx.$executeRaw`UPDATE tenant.documents SET status = 'in_review' WHERE number = ${number}`;
      return [made, ...(await tx.document.findMany({ take: 5 }))];
    }, WAIT);
    keep(number);
    return rows;
  },
  async "transaction, thrown out of"({ db, fresh }) {
    const work = db.$transaction(async (tx) => {
      await tx.document.create({ data: { number: fresh(), title: UNDONE } });
      throw new Error(UNDONE);
    }, WAIT);
    return refused(work, /undone/);
  },
  "transaction, aborted by the server": ({ db, fresh }) =>
    refused(
      db.$transaction(async (tx) => {
        await tx.document.create({ data: { number: fresh(), title: UNDONE } });
        await tx.$queryRaw`SELECT 1 / 0`.catch(() => undefined);
        await tx.document.count();
      }, WAIT),
      /aborted/,
    ),
  async "batch, undone by its last statement"({ db, fresh }) {
    const number = fresh();
    const create = () => db.document.create({ data: { number, title: UNDONE } });
    return refused(db.$transaction([create(), create()]), /Unique constraint/);
  },
  "unknown column": ({ db }) => refused(db.$queryRaw`SELECT nothing FROM tenant.documents`, /42703/),
  "no SQL at all": ({ db }) => refused(db.$executeRawUnsafe("no SQL"), /42601/),
  "division by zero": ({ db }) => refused(db.$queryRaw`SELECT 1 / 0`, /22012/),
};

// Clients outnumber connections on purpose; nothing here is about waiting.
const WAIT = { maxWait: 60_000, timeout: 60_000 };

async function refused(attempt: Promise<unknown>, message: RegExp): Promise<Rows> {
  const error = await attempt.then(
    () => new Error("It was let through."),
    (reason: Error) => reason,
  );
  if (!message.test(error.message)) throw error;
  return [];
}

/** Works in one tenant, one step after the other, in an order that chance picks. */
export async function work(tenant: TestTenant, open: () => TenantClient, steps: number): Promise<Ledger> {
  const ledger: Ledger = { tenant, made: [], foreign: [], operations: 0 };
  const names = Object.keys(STEPS);
  for (; ledger.operations < steps; ledger.operations++) {
    const name = names[randomInt(names.length)] as string;
    const step: Step = {
      db: open(),
      tenant,
      fresh: () => `${tenant.slug}-${randomUUID()}`,
      keep: (number) => ledger.made.push(number),
    };
    try {
      const rows = (await STEPS[name]?.(step)) ?? [];
      ledger.foreign.push(...rows.filter(({ accountId }) => accountId !== tenant.id));
    } catch (error) {
      throw new Error(`"${name}" in ${tenant.slug}: ${String(error)}`, { cause: error });
    }
  }
  return ledger;
}
