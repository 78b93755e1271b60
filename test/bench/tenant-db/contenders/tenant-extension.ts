import type { PrismaClient } from "../../dist.js";
import { importPeer } from "../../peers.js";
import type { Contender, Place } from "./contender.js";
import { prismaOperations } from "./prisma-operations.js";
import { stockClient } from "./stock.js";

interface TenantExtension {
  createTenantContext(): { run<R>(context: object, run: () => Promise<R>): Promise<R> };
  createTenantExtension(config: object): Parameters<PrismaClient["$extends"]>[0];
}

/** `prisma-tenant-extension`: adds the account to each `where`; on tables without row security or audit. */
export async function openTenantExtension(place: Place): Promise<Contender> {
  const { createTenantContext, createTenantExtension } = await importPeer<TenantExtension>("prisma-tenant-extension");
  const context = createTenantContext();
  const base = stockClient(place);
  const client = base.$extends(createTenantExtension({ context, tenantField: "accountId" })) as unknown as PrismaClient;
  const { accountId, documentIds } = place;
  return {
    operations: prismaOperations(
      {
        call: (run) => context.run({ accountId }, async () => run(client)),
        transaction: (run) => context.run({ accountId }, async () => client.$transaction(run)),
        key: (id) => ({ accountId_id: { accountId, id } }),
        where: {},
        // It doesn't touch what is created.
        data: { accountId },
      },
      documentIds,
    ),
    close: () => base.$disconnect(),
  };
}
