import { EventEmitter } from "node:events";
import type { Engine } from "../database/engine.js";
import { hintFor } from "../database/sql-errors.js";
import type { QueryEvent, ReadAudit } from "../database/wire/caller.js";
import { ReadPermissions } from "../database/wire/read-permissions.js";
import { AzoraError, isErrorCode } from "../errors.js";
import { PrismaClient } from "../generated/tenant/client.js";
import { type ContextKey, checkContext, contextSigner, isUserActor, type TenantContext } from "./context.js";
import type { PrismaClientClass } from "./prisma/internals.js";
import { type Around, platformOf } from "./prisma/platform.js";
import { retrying, type TransactionMethod } from "./retry.js";
import { ArgsScope } from "./scope-args.js";
import type { TenantClient } from "./tenant-client.js";

/** What a tenant client needs of an installation. */
export interface TenantConnection {
  readonly engine: Engine;
  readonly contextKey: ContextKey;
}

export interface TenantDbOptions<C extends object = PrismaClient, F extends string = "accountId"> {
  /** Any class that `prisma generate` made; its tables must be under guard.protect(). Default: azora's own schema. */
  readonly client?: PrismaClientClass<C>;
  /** The field of its models that holds the account. Default: accountId. */
  readonly accountField?: F;
  /**
   * What a read waits for of its line in the audit log. `sync`: rows are handed over when it
   * is on disk. `async` (default): for nothing; the line is in the read's own transaction,
   * which the server ends a moment after it has sent the rows, and on disk within three times
   * wal_writer_delay (0.6 s as PostgreSQL comes): that is what a crash of the server can
   * lose. A line that can't be written is tried over another connection, then told by
   * `$on("error")`, and from then on reads wait until lines are written again.
   * `off`: reads are not logged.
   */
  readonly readAudit?: ReadAudit;
}

/** The part of Prisma's `$extends` that is used here, for clients of any schema. */
interface Extensible {
  $extends(extension: object): unknown;
  $transaction: TransactionMethod;
}

/**
 * A Prisma client for one tenant and one actor. Every statement it sends, nested writes,
 * transactions and raw SQL included, carries the signed context, and PostgreSQL shows and
 * takes rows of that account alone; every read is logged before its rows are returned.
 *
 * Make one for each request: it costs some 50 microseconds and 10 KB, and shares pool,
 * engines and query plans with the others. It keeps its context for life: one client never
 * serves two, because Prisma merges `findUnique` calls of one tick into one statement.
 *
 * @throws AzoraError INVALID_INPUT for an account that is no UUID or an empty actor.
 * Its methods throw Prisma's errors, and AzoraError ACCOUNT_SUSPENDED, ACCOUNT_READ_ONLY,
 * ACCOUNT_GONE, CONTEXT_INVALID or CONTEXT_EXPIRED when the database refuses the context, PERMISSION_DENIED where no
 * role of the user who acts permits it, and LAST_OWNER.
 */
export function openTenantDb<C extends object = PrismaClient, F extends string = "accountId">(
  { engine, contextKey }: TenantConnection,
  context: TenantContext,
  options: TenantDbOptions<C, F> = {},
): TenantClient<C, F> {
  const { client = PrismaClient, accountField = "accountId", readAudit = "async" } = options;
  checkContext(context);
  const events = new EventEmitter().on("error", () => undefined);
  const platform = platformOf(engine, client, accountField);
  const caller = {
    token: contextSigner(contextKey, context),
    readAudit,
    ...(isUserActor(context.actor) && { mayRead: new ReadPermissions() }),
    fieldsOf: (constraint: string) => platform.constraints.get(constraint),
    onUnlogged: ({ message }: Error) =>
      events.emit("error", { timestamp: new Date(), message: `A read could not be logged: ${message}`, target: "azora" }),
    onQuery: (event: () => QueryEvent) => events.listenerCount("query") > 0 && events.emit("query", event()),
  };
  const scope = new ArgsScope(platform, { accountField, accountId: context.accountId.toLowerCase() });
  const around: Around = async (call, execute) => {
    try {
      return await execute(call.model ? { ...call, args: scope.call(call.model, call.action, call.args) } : call);
    } catch (error) {
      throw asDomainError(error);
    }
  };
  const bare = platform.client(caller, around, events) as Extensible;
  const extended = bare.$extends({ name: "azora", client: { $transaction: retrying(bare.$transaction) } });
  // Prisma nails `$on` of an extended client to undefined, out of an extension's reach.
  return Object.create(extended as object, {
    $on: {
      value(event: string, listener: (...payload: unknown[]) => void) {
        events.on(event, listener);
        return this;
      },
    },
  });
}

/** Prisma wraps what the adapter throws in an error of its own, which keeps code and message. */
function asDomainError(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (error instanceof AzoraError || !isErrorCode(code)) return error;
  const hint = hintFor(code);
  return new AzoraError(code, message?.trim().split("\n").at(-1) ?? code, { ...(hint && { hint }), cause: error });
}
