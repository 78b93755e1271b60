import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../../dist.js";
import type { Contender, Place } from "./contender.js";
import { byHand, prismaOperations } from "./prisma-operations.js";

type AdapterOptions = NonNullable<ConstructorParameters<typeof PrismaPg>[1]>;

/** A client as Prisma's documentation sets it up. */
export function stockClient({ url, poolSize }: Place, options?: AdapterOptions): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: poolSize }, options) });
}

/** Prisma alone: `where: { accountId }` by hand, tables without row security or audit. */
export async function openStock(place: Place): Promise<Contender> {
  return contenderOf(place, stockClient(place));
}

/** The same with named prepared statements, which Prisma leaves off. */
export async function openTuned(place: Place): Promise<Contender> {
  const names = new Map<string, string>();
  const statementNameGenerator = ({ sql }: { readonly sql: string }): string => {
    const known = names.get(sql);
    if (known) return known;
    const name = `q${names.size}`;
    names.set(sql, name);
    return name;
  };
  return contenderOf(place, stockClient(place, { statementNameGenerator }));
}

function contenderOf({ accountId, documentIds }: Place, client: PrismaClient): Contender {
  return {
    operations: prismaOperations(byHand(client, accountId), documentIds),
    close: () => client.$disconnect(),
  };
}
