import type { Config } from "../config.js";
import type { TenantContext } from "../tenant-plane/context.js";
import type { TenantConnection } from "../tenant-plane/tenant-db.js";
import { accountIdOf } from "./account-id.js";
import type { Installation } from "./open.js";

/** A tenant's plane, and who reads in it. */
export interface TenantReader {
  readonly connection: TenantConnection;
  readonly context: TenantContext;
}

/**
 * Opens a tenant's plane for somebody of this installation.
 * @throws AzoraError as accountIdOf() and the installation do
 */
export async function readerOf(
  installation: Installation,
  config: Config,
  { tenant, actor }: { readonly tenant: string; readonly actor: string },
): Promise<TenantReader> {
  const accountId = await accountIdOf(installation, config, tenant);
  return { connection: await installation.tenant(), context: { accountId: accountId.toLowerCase(), actor } };
}
