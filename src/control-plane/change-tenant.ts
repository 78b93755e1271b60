import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { type ControlTransaction, inTransaction } from "./dry-run.js";
import { findTenant } from "./find-tenant.js";
import { TENANT_SELECTION, type Tenant, toTenant } from "./tenant.js";

/** What every change of one tenant takes. */
export interface ChangeTenantInput {
  /** Slug or id. */
  readonly tenant: string;
  readonly dryRun: boolean;
}

export interface LifecycleResult {
  /** False when the tenant was in that state already. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly tenant: Tenant;
}

/** Functions of schema control, called for one account; true when one of them changed something. */
export type Step = (tx: ControlTransaction, accountId: string) => Promise<readonly { readonly changed: boolean }[]>;

/**
 * Takes one step in a tenant's life. The database decides whether it is a legal one.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP, LEGAL_HOLD
 */
export async function changeTenant(
  connection: ControlConnection,
  action: string,
  { tenant, dryRun, step }: ChangeTenantInput & { readonly step: Step },
): Promise<LifecycleResult> {
  const { id, slug } = await findTenant(connection, tenant);
  return attempt(connection, { action, accountId: id, slug }, () =>
    inTransaction(connection, dryRun, async (tx) => {
      const answers = await step(tx, id);
      const row = await tx.account.findUniqueOrThrow({ where: { id }, select: TENANT_SELECTION });
      return { changed: answers.some(({ changed }) => changed), dryRun, tenant: toTenant(row) };
    }),
  );
}
