import { AzoraError } from "../errors.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import type { KeptTenant } from "./kept-tenant.js";
import { checkPurge } from "./preview-purge.js";
import { type PurgeTenantInput, purgeTenant } from "./purge-tenant.js";
import type { Receipt } from "./receipt.js";

export interface PurgeDueInput extends Pick<PurgeTenantInput, "onTable" | "onPending"> {
  readonly dryRun: boolean;
  /** Told which tenant is next. */
  readonly onTenant?: (slug: string) => void;
}

export interface PurgeDueResult {
  readonly dryRun: boolean;
  readonly receipts: readonly Receipt[];
  /** In a dry run, who would be purged. */
  readonly due: readonly string[];
  /** Under legal hold, or not yet approved: that is no failure. */
  readonly kept: readonly KeptTenant[];
}

const WAITING: ReadonlySet<string> = new Set(["LEGAL_HOLD", "NEEDS_APPROVAL"]);

/**
 * Purges every tenant whose purge is due, each in a transaction of its own. What may not be
 * purged yet is left for the next run; any other error ends the run, and the next goes on.
 * @throws AzoraError NOT_PERMITTED, NOT_CONFIGURED (no signing key), connection errors
 */
export async function purgeDue(connection: ControlConnection, input: PurgeDueInput): Promise<PurgeDueResult> {
  const { dryRun, onTenant, ...told } = input;
  const all = await attempt(
    connection,
    { action: "tenant.purge" },
    () =>
      // By the database's clock, which it also refuses by.
      connection.client.$queryRaw<{ id: string; slug: string }[]>`
      SELECT id::text AS id, slug FROM control.accounts WHERE status = 'purge_scheduled' AND purge_after <= clock_timestamp() ORDER BY purge_after`,
  );
  const receipts: Receipt[] = [];
  const due: string[] = [];
  const kept: KeptTenant[] = [];
  for (const { id, slug } of all) {
    onTenant?.(slug);
    try {
      if (dryRun) due.push((await checkPurge(connection, { tenant: id })).slug);
      else receipts.push((await purgeTenant(connection, { ...told, tenant: id, reason: null })).receipt);
    } catch (error) {
      if (!(error instanceof AzoraError) || !WAITING.has(error.code)) throw error;
      kept.push({ slug, code: error.code, message: error.message });
    }
  }
  return { dryRun, receipts, due, kept };
}
