import type { Prisma as Types } from "../../../../src/generated/tenant/client.js";
import { Prisma, type PrismaClient } from "../../dist.js";
import type { Contender, Place } from "./contender.js";
import { prismaOperations } from "./prisma-operations.js";
import { stockClient } from "./stock.js";

/**
 * The pattern of Prisma's own row-level-security example: each query in a batch transaction
 * behind a set_config(), policies on current_setting(). Tables have no audit.
 */
export async function openRlsExtension(place: Place): Promise<Contender> {
  const { accountId, documentIds } = place;
  const base = stockClient(place);
  const client = base.$extends(forAccount(accountId)) as unknown as PrismaClient;
  return {
    operations: prismaOperations(
      {
        call: (run) => run(client),
        transaction: (run) => client.$transaction(run),
        // The key is composite, so Prisma wants the account in it; the policy does the filtering elsewhere.
        key: (id) => ({ accountId_id: { accountId, id } }),
        where: {},
        data: {},
      },
      documentIds,
    ),
    close: () => base.$disconnect(),
  };
}

function forAccount(accountId: string) {
  return Prisma.defineExtension((client) =>
    client.$extends({
      query: {
        $allModels: {
          async $allOperations({ args, query }) {
            const setting = client.$executeRaw`SELECT set_config('app.current_account', ${accountId}, TRUE)`;
            const [, result] = await client.$transaction([setting, query(args) as Types.PrismaPromise<unknown>]);
            return result;
          },
        },
      },
    }),
  );
}
