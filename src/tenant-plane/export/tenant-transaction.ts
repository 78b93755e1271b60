import type { PoolClient } from "pg";
import { explainDatabaseError } from "../../database/sql-errors.js";
import { checkContext, contextSigner, type TenantContext } from "../context.js";
import type { TenantConnection } from "../tenant-db.js";

/** One moment for everything that is read, or one short write. */
export type TransactionKind = "snapshot" | "write";

const BEGIN: Readonly<Record<TransactionKind, string>> = {
  snapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
  write: "BEGIN",
};

/** What works in a transaction has of it. */
export interface TenantTransaction {
  readonly client: PoolClient;
  /** The signed context that it runs in. */
  readonly token: string;
}

/**
 * Works in one transaction of the tenant's login, in a tenant's context: row security decides what is there.
 * @throws AzoraError INVALID_INPUT, ACCOUNT_SUSPENDED, ACCOUNT_GONE, CONTEXT_INVALID, connection errors, and what the work throws
 */
export async function inTenantTransaction<T>(
  { engine, contextKey }: TenantConnection,
  { kind, ...context }: TenantContext & { readonly kind: TransactionKind },
  work: (transaction: TenantTransaction) => Promise<T>,
): Promise<T> {
  checkContext(context);
  let client: PoolClient | undefined;
  try {
    client = await (await engine.pool("tenant")).connect();
    await client.query(BEGIN[kind]);
    // A login's limits are meant for the requests of an application.
    await client.query("SET LOCAL statement_timeout = 0");
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    const token = contextSigner(contextKey, context)();
    await client.query(engine.setContext, [token]);
    const result = await work({ client, token });
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    // Whatever is still under way on it ends with it.
    client?.release(true);
    throw explainDatabaseError(error, engine.describe("tenant"));
  }
}
