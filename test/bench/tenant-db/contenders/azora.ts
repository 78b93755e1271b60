import { Pool } from "pg";
import type { ReadAudit } from "../../../../src/database/wire/caller.js";
import type { TenantConnection } from "../../../../src/tenant-plane/tenant-db.js";
import { openServer, openTenantDb, type PrismaClient } from "../../dist.js";
import type { Contender, Place } from "./contender.js";
import { type PrismaStyle, prismaOperations } from "./prisma-operations.js";

/** A connection of the kind that `azora init` configures, over a pool as large as everybody's. */
export function azoraConnection({ url, poolSize, contextKey }: Pick<Place, "url" | "poolSize" | "contextKey">) {
  const pool = new Pool({ connectionString: url, max: poolSize });
  const engine = { ...openServer({ tenant: url }), pool: async () => pool, close: () => pool.end() };
  const key = { id: contextKey.id, secret: Buffer.from(contextKey.secret, "base64") };
  return { engine, contextKey: key } satisfies TenantConnection;
}

/** A tenant client as Prisma's: azora's own types know no account. */
export function azoraClient(connection: TenantConnection, accountId: string, options: ClientOptions = {}): PrismaClient {
  const { actor = "bench", ...others } = options;
  return openTenantDb(connection, { accountId, actor }, others) as unknown as PrismaClient;
}

interface ClientOptions {
  readonly actor?: string;
  readonly readAudit?: ReadAudit;
}

/** One tenant client, kept. @param readAudit when reads are logged; the library's default */
export function openAzora(readAudit?: ReadAudit): (place: Place) => Promise<Contender> {
  return async (place) => {
    const connection = azoraConnection(place);
    const client = azoraClient(connection, place.accountId, readAudit === undefined ? {} : { readAudit });
    return contenderOf(place, connection, () => client);
  };
}

/** A new tenant client for each call, as an application makes one for each request. */
export async function openAzoraEachTime(place: Place): Promise<Contender> {
  const connection = azoraConnection(place);
  return contenderOf(place, connection, () => azoraClient(connection, place.accountId));
}

export function contenderOf({ documentIds }: Place, { engine }: TenantConnection, client: () => PrismaClient): Contender {
  const style: PrismaStyle = {
    call: (run) => run(client()),
    transaction: (run) => client().$transaction(run),
    key: (id) => ({ id }) as never,
    where: {},
    data: {},
  };
  return { operations: prismaOperations(style, documentIds), close: () => engine.close() };
}
