/**
 * azora as a library. `tenantDb()` for application code; the operations behind the command
 * line for whoever builds on it.
 */
import { loadConfig } from "./config.js";
import type { PrismaClient } from "./generated/tenant/client.js";
import { openEngine, tenantConnectionOf } from "./installation/open.js";
import type { TenantContext } from "./tenant-plane/context.js";
import type { TenantClient } from "./tenant-plane/tenant-client.js";
import { openTenantDb, type TenantConnection, type TenantDbOptions } from "./tenant-plane/tenant-db.js";

let shared: TenantConnection | undefined;

/**
 * A Prisma client for one tenant and one actor, over this process's one pool.
 *
 *     const db = tenantDb({ accountId, actor: `user:${user.id}` });
 *     await db.document.findMany({ include: { revisions: true } });
 *
 * The connection comes from AZORA_TENANT_URL and AZORA_CONTEXT_KEY, or from the file that
 * `azora init` wrote; pass `connection` to use another. For a schema of your own, pass the
 * client that `prisma generate` made of it:
 *
 *     const db = tenantDb({ accountId, actor }, { client: PrismaClient, accountField: "shopId" });
 *
 *
 * @throws AzoraError INVALID_INPUT (context), NOT_CONFIGURED or CONFIG_INVALID (settings);
 * its methods: see openTenantDb()
 */
export function tenantDb<C extends object = PrismaClient, F extends string = "accountId">(
  context: TenantContext,
  { connection, ...options }: TenantDbOptions<C, F> & { readonly connection?: TenantConnection } = {},
): TenantClient<C, F> {
  if (connection) return openTenantDb(connection, context, options);
  if (!shared) {
    const config = loadConfig();
    shared = tenantConnectionOf(config, openEngine(config));
  }
  return openTenantDb(shared, context, options);
}

/** Closes the pool behind tenantDb(): at the end of a script, or when a server stops. */
export async function closeTenantDb(): Promise<void> {
  const closing = shared;
  shared = undefined;
  await closing?.engine.close();
}

export { type Config, loadConfig } from "./config.js";
export { type ApplyResult, applyPlan } from "./control-plane/apply/apply.js";
export { type Plan, planChanges } from "./control-plane/apply/plan.js";
export { readPlan, writePlan } from "./control-plane/apply/plan-file.js";
export {
  createOperator,
  disableOperator,
  enableOperator,
  grantOperator,
  rotateOperator,
} from "./control-plane/change-operator.js";
export { type ChangePlanInput, changePlan } from "./control-plane/change-plan.js";
export type { ChangeTenantInput, LifecycleResult } from "./control-plane/change-tenant.js";
export { completeReceipt } from "./control-plane/complete-receipt.js";
export type { ControlConnection } from "./control-plane/connection.js";
export { type CreateTenantInput, type CreateTenantResult, createTenant } from "./control-plane/create-tenant.js";
export { findTenant } from "./control-plane/find-tenant.js";
export { finishAdminAuditExport } from "./control-plane/finish-admin-audit-export.js";
export { type HoldTenantInput, holdTenant, releaseTenant } from "./control-plane/hold-tenant.js";
export { listOperators } from "./control-plane/list-operators.js";
export { type ListTenantsInput, listTenants, type TenantPage } from "./control-plane/list-tenants.js";
export { type DeclaredTenant, parseManifest } from "./control-plane/manifest/parse.js";
export { readManifests } from "./control-plane/manifest/read.js";
export { writeManifest } from "./control-plane/manifest/write.js";
export type { Operator } from "./control-plane/operator.js";
export type { OutsideStore, StoreOutcome } from "./control-plane/outside-stores.js";
export { checkPurge, type PurgePreview, previewPurge } from "./control-plane/preview-purge.js";
export { type PurgeDueInput, type PurgeDueResult, purgeDue } from "./control-plane/purge-due.js";
export { type PurgeTenantInput, type PurgeTenantResult, purgeTenant } from "./control-plane/purge-tenant.js";
export { type AdminAuditEntry, exportAdminAudit, readAdminAudit, tailAdminAudit } from "./control-plane/read-admin-audit.js";
export { findReceipt, listReceipts, type ReceiptPage } from "./control-plane/read-receipts.js";
export type { Addendum, Link, Receipt } from "./control-plane/receipt.js";
export { checkReceiptFile, readReceiptFile } from "./control-plane/receipt-file.js";
export { type ResumeTenantInput, resumeTenant } from "./control-plane/resume-tenant.js";
export { type RetainLogInput, retainLog } from "./control-plane/retain-log.js";
export { approvePurge, cancelPurge, type SchedulePurgeInput, schedulePurge } from "./control-plane/schedule-purge.js";
export { type SealLogInput, sealLog } from "./control-plane/seal-log.js";
export { type ChangeSettingInput, changeSetting, listSettings, type PlatformSetting } from "./control-plane/settings.js";
export {
  listSupportGrants,
  type OperatorGrant,
  type ReadGrantedInput,
  readGranted,
  type SupportReading,
  type SupportRow,
} from "./control-plane/support.js";
export { type SuspendTenantInput, suspendTenant } from "./control-plane/suspend-tenant.js";
export type { Tenant } from "./control-plane/tenant.js";
export { type TenantStats, tenantStats } from "./control-plane/tenant-stats.js";
export { type UpdateTenantInput, updateTenant } from "./control-plane/update-tenant.js";
export { type WhoAmI, whoAmI } from "./control-plane/who-am-i.js";
export type { ExportQuery, FinishedExport, LogExport } from "./database/logs/export.js";
export type { LogFilter } from "./database/logs/log.js";
export type { TailOptions } from "./database/logs/tail.js";
export { AzoraError, type ErrorCode, EXIT } from "./errors.js";
export { type ImportTenantInput, type ImportTenantResult, importTenant } from "./installation/import/import-tenant.js";
export { type Installation, openInstallation } from "./installation/open.js";
export { type KeyHandover, trustedKeys } from "./key-handover.js";
export { type Checkpoint, readCheckpoint, type SignedCheckpoint } from "./seal/checkpoint.js";
export { checkProof, type InclusionProof, readProof } from "./seal/proof.js";
export { type Retention, readRetention } from "./seal/retention.js";
export { type LogVerdict, type SealedLog, verifyLog } from "./seal/verify-log.js";
export { type TrustedKey, verifyText } from "./signing.js";
export type { SupportGrant, SupportGrantPage } from "./support-grant.js";
export { type AccessMatrix, readAccessMatrix } from "./tenant-plane/access/access-matrix.js";
export { type AssignmentInput, assignRole, unassignRole } from "./tenant-plane/access/assignments.js";
export { type AccessAnswer, checkAccess } from "./tenant-plane/access/check-access.js";
export type { OpenTenant } from "./tenant-plane/access/open-tenant.js";
export {
  createRole,
  deleteRole,
  grantPermission,
  listRoles,
  revokePermission,
  type TenantRole,
} from "./tenant-plane/access/roles.js";
export { disableUser, inviteUser, listUsers, type TenantUser } from "./tenant-plane/access/users.js";
export type { TenantContext } from "./tenant-plane/context.js";
export { type ExportTenantInput, type ExportTenantResult, exportTenant } from "./tenant-plane/export/export-tenant.js";
export { finishAuditExport } from "./tenant-plane/finish-audit-export.js";
export { openAuditLog } from "./tenant-plane/open-audit-log.js";
export { type AuditEntry, exportAuditLog, readAuditLog, tailAuditLog } from "./tenant-plane/read-audit-log.js";
export { type GrantSupportInput, grantSupport, listSupport, revokeSupport, type SupportChange } from "./tenant-plane/support.js";
export type { TenantClient, TenantTransaction } from "./tenant-plane/tenant-client.js";
export type { TenantConnection, TenantDbOptions } from "./tenant-plane/tenant-db.js";
