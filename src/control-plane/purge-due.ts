import { AzoraError, type ErrorCode } from "../errors.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { purgeTenant } from "./purge-tenant.js";
import type { Receipt } from "./receipt.js";

/** A tenant whose purge is due and did not happen. */
export interface KeptTenant {
  readonly slug: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface PurgeDueResult {
  readonly dryRun: boolean;
  readonly receipts: readonly Receipt[];
  /** Under legal hold, or not yet approved: that is no failure. */
  readonly kept: readonly KeptTenant[];
}

const WAITING: ReadonlySet<string> = new Set(["LEGAL_HOLD", "NEEDS_APPROVAL"]);

/**
 * Purges every tenant whose purge is due, each in a transaction of its own. What may not be
 * purged yet is left for the next run; any other error ends the run, and the next goes on.
 * @param onTenant told which tenant is next
 * @throws AzoraError NOT_PERMITTED, NOT_CONFIGURED (no signing key), connection errors
 */
export async function purgeDue(
  connection: ControlConnection,
  { dryRun, onTenant }: { readonly dryRun: boolean; readonly onTenant?: (slug: string) => void },
): Promise<PurgeDueResult> {
  const due = await attempt(
    connection,
    { action: "tenant.purge" },
    () =>
      // By the database's clock, which it also refuses by.
      connection.client.$queryRaw<{ id: string; slug: string }[]>`
      SELECT id::text AS id, slug FROM control.accounts WHERE status = 'purge_scheduled' AND purge_after <= clock_timestamp() ORDER BY purge_after`,
  );
  const receipts: Receipt[] = [];
  const kept: KeptTenant[] = [];
  for (const { id, slug } of due) {
    onTenant?.(slug);
    try {
      receipts.push((await purgeTenant(connection, { tenant: id, reason: null, dryRun })).receipt);
    } catch (error) {
      if (!(error instanceof AzoraError) || !WAITING.has(error.code)) throw error;
      kept.push({ slug, code: error.code, message: error.message });
    }
  }
  return { dryRun, receipts, kept };
}
