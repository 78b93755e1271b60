import { AzoraError } from "../errors.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";
import { findTenant } from "./find-tenant.js";
import { TENANT_SELECTION, type Tenant, toTenant } from "./tenant.js";

export interface SuspendTenantInput {
  /** Slug or id. */
  readonly tenant: string;
  readonly reason: string;
  /** Reads go on, writes are refused. */
  readonly readOnly: boolean;
  readonly dryRun: boolean;
}

export interface LifecycleResult {
  /** False when the tenant was in that state already. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly tenant: Tenant;
}

/**
 * Suspends a tenant. It holds from the next statement of every client, open ones included,
 * because the database asks for each.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, NOT_PERMITTED
 */
export async function suspendTenant(connection: ControlConnection, input: SuspendTenantInput): Promise<LifecycleResult> {
  const { reason, readOnly, dryRun } = input;
  if (reason.trim() === "") throw new AzoraError("INVALID_INPUT", "A suspension needs a reason.");
  const { id, slug } = await findTenant(connection, input.tenant);
  return attempt(connection, { action: "tenant.suspend", accountId: id, slug }, () =>
    inTransaction(connection, dryRun, async (tx) => {
      const [{ changed }] = await tx.$queryRaw<[{ changed: boolean }]>`
        SELECT control.suspend_account(${id}::uuid, ${reason.trim()}, ${readOnly}) AS changed`;
      const row = await tx.account.findUniqueOrThrow({ where: { id }, select: TENANT_SELECTION });
      return { changed, dryRun, tenant: toTenant(row) };
    }),
  );
}
