import type { Config } from "../config.js";
import { findTenant } from "../control-plane/find-tenant.js";
import { AzoraError } from "../errors.js";
import type { TenantContext } from "../tenant-plane/context.js";
import type { TenantConnection } from "../tenant-plane/tenant-db.js";
import type { Installation } from "./open.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A tenant's plane, and who reads in it. */
export interface TenantReader {
  readonly connection: TenantConnection;
  readonly context: TenantContext;
}

/**
 * Opens a tenant's plane for somebody of this installation. Slugs are known to the control plane only; without one
 * tenants are named by their ids.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, and as the installation does
 */
export async function readerOf(
  installation: Installation,
  config: Config,
  { tenant, actor }: { readonly tenant: string; readonly actor: string },
): Promise<TenantReader> {
  const hasControlPlane = config.engine.value === "embedded" || config.controlUrl !== undefined;
  const needsControlPlane = hasControlPlane && !UUID.test(tenant);
  if (!hasControlPlane && !UUID.test(tenant)) {
    throw new AzoraError("INVALID_INPUT", `Without a control plane --tenant takes an id, and "${tenant}" is none.`, {
      hint: "Set AZORA_CONTROL_URL to name tenants by their slugs.",
    });
  }
  const accountId = needsControlPlane ? (await findTenant(await installation.control(), tenant)).id : tenant;
  return { connection: await installation.tenant(), context: { accountId: accountId.toLowerCase(), actor } };
}
