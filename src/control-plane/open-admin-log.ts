import type { SignedCheckpoint } from "../seal/checkpoint.js";
import { CONTROL_PLANE } from "../seal/line.js";
import { CONTROL_LOG, type Query, readPages, readRow } from "../seal/read-pages.js";
import type { OpenLog } from "../seal/verify-log.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";

/**
 * admin_audit_log with its checkpoints as they are in one moment, to be closed after use.
 * @throws AzoraError NOT_PERMITTED
 */
export async function openAdminLog(connection: ControlConnection): Promise<OpenLog> {
  const action = "audit.verify";
  const client = await attempt(connection, { action }, async () => (await connection.engine.pool(connection.login)).connect());
  let failed = false;
  const query: Query = async (text, values) => {
    try {
      return (await client.query(text, [...values])).rows;
    } catch (error) {
      failed = true;
      // The refusal is logged over a connection of its own: on the embedded engine that waits for this one.
      client.release(true);
      return attempt(connection, { action }, () => Promise.reject(error));
    }
  };
  await query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", []);
  return {
    log: CONTROL_PLANE,
    query,
    async close() {
      if (failed) return;
      await client.query("ROLLBACK");
      client.release();
    },
    checkpoints: () =>
      query<SignedCheckpoint>(
        `SELECT payload, hash, key_id AS "keyId", signature FROM control.admin_audit_checkpoints ORDER BY sequence`,
        [],
      ),
    retentions: () =>
      query<SignedCheckpoint>(
        `SELECT payload, hash, key_id AS "keyId", signature FROM control.admin_audit_retentions ORDER BY sequence`,
        [],
      ),
    async leaves(sequence) {
      const [row] = await query<{ leaves: Buffer }>("SELECT leaves FROM control.admin_audit_checkpoints WHERE sequence = $1", [
        sequence,
      ]);
      return row?.leaves;
    },
    pages: () => readPages(query, { table: CONTROL_LOG, account: null }),
    row: (id) => readRow(query, { table: CONTROL_LOG, account: null, id }),
  };
}
