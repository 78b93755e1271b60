import type { Engine } from "../database/engine.js";
import { explainDatabaseError } from "../database/sql-errors.js";
import { LOG_READS } from "../database/wire/read-log.js";
import type { SignedCheckpoint } from "../seal/checkpoint.js";
import { type Query, readPages, readRow, TENANT_LOG } from "../seal/read-pages.js";
import type { OpenLog } from "../seal/verify-log.js";
import { checkContext, contextSigner, type TenantContext } from "./context.js";
import type { TenantConnection } from "./tenant-db.js";

/**
 * A tenant's audit log with its checkpoints as they are in one moment, to be closed after use.
 * The reading is logged.
 * @throws AzoraError INVALID_INPUT, ACCOUNT_SUSPENDED, ACCOUNT_GONE
 */
export async function openAuditLog({ engine, contextKey }: TenantConnection, context: TenantContext): Promise<OpenLog> {
  checkContext(context);
  const token = contextSigner(contextKey, context);
  const query = await openSnapshot(engine, token);
  const account = context.accountId.toLowerCase();
  return {
    log: account,
    query: query.run,
    close: query.end,
    checkpoints: () =>
      query.run<SignedCheckpoint>(
        `SELECT payload, hash, key_id AS "keyId", signature FROM tenant.audit_checkpoints WHERE account_id = $1 ORDER BY sequence`,
        [account],
      ),
    retentions: () =>
      query.run<SignedCheckpoint>(
        `SELECT payload, hash, key_id AS "keyId", signature FROM tenant.audit_retentions WHERE account_id = $1 ORDER BY sequence`,
        [account],
      ),
    async leaves(sequence) {
      const [row] = await query.run<{ leaves: Buffer }>(
        "SELECT leaves FROM tenant.audit_checkpoints WHERE account_id = $1 AND sequence = $2",
        [account, sequence],
      );
      return row?.leaves;
    },
    pages: () => readPages(query.run, { table: TENANT_LOG, account }),
    row: (id) => readRow(query.run, { table: TENANT_LOG, account, id }),
  };
}

async function openSnapshot(engine: Engine, token: () => string): Promise<{ run: Query; end: () => Promise<void> }> {
  const explain = (error: unknown) => explainDatabaseError(error, engine.describe("tenant"));
  const client = await (await engine.pool("tenant")).connect().catch((error) => Promise.reject(explain(error)));
  const run: Query = async (text, values) => {
    try {
      return (await client.query(text, [...values])).rows;
    } catch (error) {
      throw explain(error);
    }
  };
  try {
    // In a transaction of its own, before the first row: the reading is logged whatever becomes of it.
    await run(LOG_READS, [token(), JSON.stringify([{ subject: "audit_log", method: "verify", filter: null }]), true]);
    await run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", []);
    await run(engine.setContext, [token()]);
  } catch (error) {
    client.release(true);
    throw error;
  }
  return {
    run,
    async end() {
      const failed = await client.query("ROLLBACK").then(
        () => false,
        () => true,
      );
      client.release(failed);
    },
  };
}
