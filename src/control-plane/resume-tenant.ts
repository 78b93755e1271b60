import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";
import { findTenant } from "./find-tenant.js";
import type { LifecycleResult } from "./suspend-tenant.js";
import { TENANT_SELECTION, toTenant } from "./tenant.js";

export interface ResumeTenantInput {
  /** Slug or id. */
  readonly tenant: string;
  readonly dryRun: boolean;
}

/**
 * Ends a suspension.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export async function resumeTenant(
  connection: ControlConnection,
  { tenant, dryRun }: ResumeTenantInput,
): Promise<LifecycleResult> {
  const { id, slug } = await findTenant(connection, tenant);
  return attempt(connection, { action: "tenant.resume", accountId: id, slug }, () =>
    inTransaction(connection, dryRun, async (tx) => {
      const [{ changed }] = await tx.$queryRaw<[{ changed: boolean }]>`SELECT control.resume_account(${id}::uuid) AS changed`;
      const row = await tx.account.findUniqueOrThrow({ where: { id }, select: TENANT_SELECTION });
      return { changed, dryRun, tenant: toTenant(row) };
    }),
  );
}
