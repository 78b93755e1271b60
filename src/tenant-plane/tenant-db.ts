import type { Engine } from "../database/engine.js";
import { contextAdapter } from "../database/prisma-adapter.js";
import { tagReads } from "../database/read-tag.js";
import { hintFor } from "../database/sql-errors.js";
import { AzoraError, isErrorCode } from "../errors.js";
import { PrismaClient } from "../generated/tenant/client.js";
import { type ContextKey, checkContext, contextSigner, type TenantContext } from "./context.js";
import { ArgsScope, type DataModel } from "./scope-args.js";
import type { TenantClient } from "./tenant-client.js";
import { type AccountKeys, readAccountKeys } from "./unique-keys.js";

/** What a tenant client needs of an installation. */
export interface TenantConnection {
  readonly engine: Engine;
  readonly contextKey: ContextKey;
}

/**
 * A Prisma client for one tenant and one actor. Every statement it sends, nested writes,
 * transactions and raw SQL included, carries the signed context, and PostgreSQL shows and
 * takes rows of that account alone; every read is logged before its rows are returned.
 *
 * Make one for each request; it costs about a millisecond and shares the pool. It keeps
 * its context for life: one client never serves two, because Prisma merges `findUnique`
 * calls of one tick into one statement.
 *
 * @throws AzoraError INVALID_INPUT for an account that is no UUID or an empty actor.
 * Its methods throw Prisma's errors, and AzoraError ACCOUNT_SUSPENDED, ACCOUNT_READ_ONLY,
 * ACCOUNT_GONE, CONTEXT_INVALID or CONTEXT_EXPIRED when the database refuses the context.
 */
export function openTenantDb({ engine, contextKey }: TenantConnection, context: TenantContext): TenantClient {
  checkContext(context);
  const client = new PrismaClient({
    adapter: contextAdapter({
      pool: () => engine.pool("tenant"),
      setContext: engine.setContext,
      token: contextSigner(contextKey, context),
    }),
    comments: [tagReads],
  });
  const scope = new ArgsScope(modelOf(client), keysOf(client), context.accountId.toLowerCase());
  const extended = client.$extends({
    name: "azora",
    query: {
      async $allOperations({ model, operation, args, query }) {
        try {
          return await query(model ? (scope.call(model, operation, args) as typeof args) : args);
        } catch (error) {
          throw asDomainError(error);
        }
      },
    },
  });
  return extended as unknown as TenantClient;
}

/** Prisma wraps what the adapter throws in an error of its own, which keeps code and message. */
function asDomainError(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (error instanceof AzoraError || !isErrorCode(code)) return error;
  const hint = hintFor(code);
  return new AzoraError(code, message?.trim().split("\n").at(-1) ?? code, { ...(hint && { hint }), cause: error });
}

/** What Prisma keeps on a client and publishes nowhere else since version 7. */
interface ClientInternals {
  readonly _runtimeDataModel: DataModel;
  readonly _engineConfig: { readonly inlineSchema: string };
}

function modelOf(client: PrismaClient): DataModel {
  return (client as unknown as ClientInternals)._runtimeDataModel;
}

let keys: AccountKeys | undefined;

function keysOf(client: PrismaClient): AccountKeys {
  keys ??= readAccountKeys((client as unknown as ClientInternals)._engineConfig.inlineSchema);
  return keys;
}
