import type { Prisma, PrismaClient } from "../../../../src/generated/tenant/client.js";
import { FIRST_REVISION, nextNumber, type Operations } from "../operations.js";

type Transaction = Prisma.TransactionClient;

/** How an application writes its queries with one library or another. */
export interface PrismaStyle {
  /** Runs one call: on a client, in a context, in a transaction of the library's own. */
  readonly call: <R>(run: (client: Transaction) => Promise<R>) => Promise<R>;
  /** Runs an interactive transaction. */
  readonly transaction: <R>(run: (tx: Transaction) => Promise<R>) => Promise<R>;
  /** A document's unique key. */
  readonly key: (id: string) => Prisma.DocumentWhereUniqueInput;
  /** What the caller adds to each `where` by hand. */
  readonly where: { readonly accountId?: string };
  /** What the caller adds to each row by hand. */
  readonly data: { readonly accountId?: string };
}

/** The style of an application that has one client and names the account in every call. */
export function byHand(client: PrismaClient, accountId: string): PrismaStyle {
  return {
    call: (run) => run(client),
    transaction: (run) => client.$transaction(run),
    key: (id) => ({ accountId_id: { accountId, id } }),
    where: { accountId },
    data: { accountId },
  };
}

/** The operations as Prisma calls. */
export function prismaOperations(
  { call, transaction, key, where, data }: PrismaStyle,
  documentIds: readonly string[],
): Operations {
  let turn = 0;
  const nextId = () => documentIds[turn++ % documentIds.length] as string;
  const unique = () => `NEW-${process.pid}-${nextNumber()}`;
  return {
    findUnique: () => call((client) => client.document.findUnique({ where: key(nextId()) })),
    findMany: () => call((client) => client.document.findMany({ where, orderBy: { number: "asc" }, take: 20 })),
    create: () => call((client) => client.document.create({ data: { ...data, number: unique(), title: "Cleaning of vessels" } })),
    update: () => call((client) => client.document.update({ where: key(nextId()), data: { title: `Title ${turn}` } })),
    transaction: () =>
      transaction(async (tx) => {
        const documentId = nextId();
        await tx.document.findUnique({ where: key(documentId) });
        await tx.document.update({ where: key(documentId), data: { title: `Title ${turn}` } });
        await tx.documentRevision.create({
          data: { ...data, documentId, revision: FIRST_REVISION + nextNumber(), summary: "Changed" },
        });
        await tx.documentRevision.findMany({ where: { ...where, documentId }, orderBy: { revision: "desc" }, take: 5 });
        return tx.document.findMany({ where, orderBy: { number: "asc" }, take: 5 });
      }),
    nestedCreate: () =>
      call((client) =>
        client.document.create({
          data: { ...data, number: unique(), title: "Cleaning of vessels", revisions: { create: REVISIONS } },
        }),
      ),
  };
}

const REVISIONS = [1, 2, 3, 4, 5].map((revision) => ({ revision, summary: `Issue ${revision}` }));
