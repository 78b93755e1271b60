import { AzoraError } from "../errors.js";
import { VERSION } from "../version.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";
import { findTenant } from "./find-tenant.js";
import { emptyStores, storeOutcomes } from "./outside-stores.js";
import { findPurge } from "./read-receipts.js";
import { type Receipt, readReceipt } from "./receipt.js";
import { requireSigningKey, signLink, type UnsignedLink } from "./sign-receipt.js";

export interface PurgeTenantInput {
  /** Slug or id. */
  readonly tenant: string;
  readonly reason: string | null;
  /** An active tenant as well, and before a scheduled purge is due. */
  readonly now?: boolean;
  /** Told which table is next, and how many rows are gone by then. */
  readonly onTable?: (table: string, rows: number) => void;
  /** Told which outside store could not do its part now, and why. */
  readonly onPending?: (store: string, error: unknown) => void;
}

export interface PurgeTenantResult {
  /** False when the tenant was purged before: the receipt is that purge's. */
  readonly purged: boolean;
  readonly receipt: Receipt;
}

/**
 * Deletes a tenant and everything it has, in one transaction that ends with a signed receipt: killed at any
 * point, the tenant is whole or gone, and the same call again finishes. Outside stores come first; one that
 * can't be reached is pending in the receipt.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP (neither suspended nor due), LEGAL_HOLD,
 * NEEDS_APPROVAL, CONFLICT (rows would be left), NOT_CONFIGURED (no signing key)
 */
export async function purgeTenant(connection: ControlConnection, input: PurgeTenantInput): Promise<PurgeTenantResult> {
  const key = requireSigningKey(connection);
  const earlier = await findEarlierPurge(connection, input.tenant);
  if (earlier) return { purged: false, receipt: earlier };
  const { id, slug } = await findTenant(connection, input.tenant);
  const { reason, now = false, onTable, onPending = () => undefined } = input;
  const { outsideStores: stores } = connection;
  return attempt(connection, { action: "tenant.purge", accountId: id, slug }, async () => {
    // What the database would refuse is to stay where it is outside as well.
    if (stores.length > 0) await connection.client.$queryRaw`SELECT FROM control.check_purge(${id}::uuid, ${now})`;
    const removed = await emptyStores(connection.client, id, { stores, onPending });
    return inTransaction(connection, false, async (tx) => {
      const tables = await tx.$queryRaw<{ table: string }[]>`
        SELECT t AS "table" FROM control.open_purge(${id}::uuid, ${reason}, ${now}) t`;
      const outcomes = await storeOutcomes(tx, id, { stores, removed });
      let rows = 0;
      for (const { table } of tables) {
        onTable?.(table, rows);
        const [swept] = await tx.$queryRaw<{ rows: bigint }[]>`SELECT control.sweep_table(${id}::uuid, ${table}) AS rows`;
        rows += Number(swept?.rows ?? 0);
      }
      onTable?.("what is left", rows);
      const [link] = await tx.$queryRaw<[UnsignedLink]>`
        SELECT r.sequence, r.payload, r.hash FROM control.close_purge(${id}::uuid, ${VERSION}, ${JSON.stringify(outcomes)}::jsonb) r`;
      return { purged: true, receipt: readReceipt(await signLink(tx, link, key), []) };
    });
  });
}

/**
 * The receipt of a tenant that isn't there any more: a purge whose answer was lost is asked for again.
 * @returns null where there is such a tenant, or was none, or the operator may not know
 */
export async function findEarlierPurge(connection: ControlConnection, slugOrId: string): Promise<Receipt | null> {
  try {
    await findTenant(connection, slugOrId);
    return null;
  } catch (error) {
    if (!(error instanceof AzoraError) || error.code !== "NOT_FOUND") throw error;
    return findPurge(connection, slugOrId).catch(() => null);
  }
}
