import { AzoraError } from "../errors.js";
import { signText } from "../signing.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";
import { findTenant } from "./find-tenant.js";
import { type Receipt, toReceipt } from "./receipt.js";

export interface PurgeTenantInput {
  /** Slug or id. */
  readonly tenant: string;
  readonly reason: string | null;
  /** An active tenant as well, and before a scheduled purge is due. */
  readonly now?: boolean;
  readonly dryRun: boolean;
}

export interface PurgeTenantResult {
  readonly purged: boolean;
  readonly dryRun: boolean;
  readonly receipt: Receipt;
}

/**
 * Deletes a tenant and everything it has, in one transaction that ends with a signed
 * receipt: killed at any point, the tenant is whole or gone.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP (neither suspended nor due), LEGAL_HOLD,
 * NEEDS_APPROVAL, NOT_CONFIGURED (no signing key)
 */
export async function purgeTenant(
  connection: ControlConnection,
  { tenant, reason, now = false, dryRun }: PurgeTenantInput,
): Promise<PurgeTenantResult> {
  const { signingKey } = connection;
  if (!signingKey && !dryRun) {
    throw new AzoraError("NOT_CONFIGURED", "A purge needs the key that signs its receipt.", {
      hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
    });
  }
  const { id, slug } = await findTenant(connection, tenant);
  return attempt(connection, { action: "tenant.purge", accountId: id, slug }, () =>
    inTransaction(connection, dryRun, async (tx) => {
      await tx.$queryRaw`SELECT FROM control.purge_account(${id}::uuid, ${reason}, ${now})`;
      if (signingKey && !dryRun) {
        const { payload } = await tx.purgeReceipt.findUniqueOrThrow({ where: { accountId: id } });
        await tx.$queryRaw`SELECT FROM control.sign_receipt(${id}::uuid, ${signingKey.id}, ${signText(payload, signingKey)})`;
      }
      const receipt = toReceipt(await tx.purgeReceipt.findUniqueOrThrow({ where: { accountId: id } }));
      return { purged: !dryRun, dryRun, receipt };
    }),
  );
}
