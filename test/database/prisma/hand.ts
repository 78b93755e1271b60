import { contextAdapter, plainAdapter } from "../../../src/database/wire/prisma-adapter.js";
import { type Prisma, PrismaClient } from "../../../src/generated/tenant/client.js";
import { contextSigner } from "../../../src/tenant-plane/context.js";
import type { TestTenant, World } from "../../support/world.js";

type Operation = keyof Prisma.TypeMap["model"]["Document"]["operations"] | "findRaw" | "aggregateRaw";
/** A client without the types of its arguments: the same call has to be spelled in two ways. */
type Models = Readonly<
  Record<Uncapitalize<keyof typeof Prisma.ModelName>, Readonly<Record<Operation, (args?: object) => Promise<unknown>>>>
>;

/**
 * One way to make a call inside one tenant. A case is written once and made twice: by a
 * tenant's client, which names no account, and by a client that sees every tenant and
 * filters by hand.
 */
export interface Hand {
  readonly db: Models;
  /** The filter for `where`, and the scalar for rows of createMany. */
  readonly own: object;
  /** What a `create` says of its account. */
  readonly account: object;
  /** A unique key: its columns, less the account. */
  key(fields: Readonly<Record<string, unknown>>): object;
}

export type Case = (hand: Hand) => Promise<unknown>;

/** By tenantDb(): the account is nowhere. */
export function tenantHand(world: World, tenant: TestTenant): Hand {
  return {
    db: world.db(tenant) as unknown as Models,
    own: {},
    account: {},
    key: (fields) => (Object.keys(fields).length === 1 ? fields : { [Object.keys(fields).join("_")]: fields }),
  };
}

/** By Prisma's client as it is, over the superuser's connection: the account is everywhere. */
export function plainHand(world: World, { id: accountId }: TestTenant): Hand {
  return {
    db: plainClient(world) as unknown as Models,
    own: { accountId },
    account: { account: { connect: { id: accountId } } },
    key: (fields) => ({ [["accountId", ...Object.keys(fields)].join("_")]: { accountId, ...fields } }),
  };
}

export function plainClient(world: World): PrismaClient {
  return new PrismaClient({ adapter: plainAdapter(world.owner) });
}

/** Prisma's client as it is, over the adapter that gives each statement the context of a tenant: azora without its extension. */
export function bareClient({ engine, contextKey }: World, { id: accountId }: TestTenant): PrismaClient {
  const token = contextSigner(contextKey, { accountId, actor: "bare" });
  return new PrismaClient({
    adapter: contextAdapter(engine, {
      caller: () => ({ token, readAudit: "off", fieldsOf: () => undefined }),
      takeTag: () => undefined,
      transaction: () => () => undefined,
      track: (work) => work,
      onCommitting: () => undefined,
    }),
  });
}
