import type { Prisma, PrismaClient } from "../../../../src/generated/tenant/client.js";
import { importPeer } from "../../peers.js";
import type { Contender, Place } from "./contender.js";
import { prismaOperations } from "./prisma-operations.js";
import { stockClient } from "./stock.js";

interface Core {
  betterTenant(config: object): {
    runAs<R>(tenantId: string, run: (database: Prisma.TransactionClient) => Promise<R>): Promise<R>;
  };
}

interface Adapter {
  prismaDatabase(client: PrismaClient): object;
}

/** `@usebetterdev/tenant` with its Prisma adapter and its defaults, on the policies and triggers that its CLI writes. */
export async function openBetterTenant(place: Place): Promise<Contender> {
  const { betterTenant } = await importPeer<Core>("@usebetterdev/tenant-core");
  const { prismaDatabase } = await importPeer<Adapter>("@usebetterdev/tenant-prisma");
  const client = stockClient(place);
  const { accountId, documentIds } = place;
  const tenant = betterTenant({
    database: prismaDatabase(client),
    tenantResolver: { header: "x-tenant-id" },
    // It would report to its makers from a production process.
    telemetry: { enabled: false },
  });
  const runAs = <R>(run: (database: Prisma.TransactionClient) => Promise<R>) => tenant.runAs(accountId, run);
  return {
    operations: prismaOperations(
      {
        call: runAs,
        transaction: runAs,
        key: (id) => ({ accountId_id: { accountId, id } }),
        // As its documentation has it: no `where` is needed. Its trigger fills the account in.
        where: {},
        data: {},
      },
      documentIds,
    ),
    close: () => client.$disconnect(),
  };
}
