import { Pool } from "pg";
import type { PrismaClient } from "../../dist.js";
import { importPeer } from "../../peers.js";
import type { Contender, Place } from "./contender.js";
import { prismaOperations } from "./prisma-operations.js";

interface Orm {
  readonly ZenStackClient: new (schema: object, options: object) => Client;
}

interface Client {
  $use(plugin: object): Client;
  $setAuth(auth: object): Client;
  $disconnect(): Promise<void>;
}

/**
 * ZenStack 3, which has an engine of its own behind Prisma's calls: the policy of
 * zenstack/schema.zmodel, on tables without row security or audit. `zen generate` makes
 * zenstack/generated/schema.js of it (as TypeScript, which is compiled away here).
 */
export async function openZenStack({ url, poolSize, accountId, documentIds }: Place): Promise<Contender> {
  const { ZenStackClient } = await importPeer<Orm>("@zenstackhq/orm");
  const { PostgresDialect } = await importPeer<{ PostgresDialect: new (options: object) => object }>(
    "@zenstackhq/orm/dialects/postgres",
  );
  const { PolicyPlugin } = await importPeer<{ PolicyPlugin: new () => object }>("@zenstackhq/plugin-policy");
  const { schema } = await importPeer<{ schema: object }>(new URL("./zenstack/generated/schema.js", import.meta.url).href);
  const pool = new Pool({ connectionString: url, max: poolSize });
  const base = new ZenStackClient(schema, { dialect: new PostgresDialect({ pool }) });
  const client = base.$use(new PolicyPlugin()).$setAuth({ accountId }) as unknown as PrismaClient;
  return {
    operations: prismaOperations(
      {
        call: (run) => run(client),
        transaction: (run) => client.$transaction(run),
        key: (id) => ({ accountId_id: { accountId, id } }),
        where: {},
        data: {},
      },
      documentIds,
    ),
    close: () => base.$disconnect(),
  };
}
