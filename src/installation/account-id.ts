import type { Config } from "../config.js";
import { AzoraError } from "../errors.js";
import type { Installation } from "./open.js";
import { hasControlPlane } from "./self-hosted.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The account that a slug or an id names, for work inside of it. Slugs are known to the control plane alone.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT (a slug where there is no control plane), and those of control()
 */
export async function accountIdOf(installation: Installation, config: Config, tenant: string): Promise<string> {
  if (hasControlPlane(config)) {
    const { findTenant } = await import("../control-plane/find-tenant.js");
    return (await findTenant(await installation.control(), tenant)).id;
  }
  if (UUID.test(tenant)) return tenant;
  throw new AzoraError("INVALID_INPUT", `Without a control plane a tenant is named by its id, and "${tenant}" is none.`, {
    hint: "Set AZORA_CONTROL_URL to name tenants by their slugs.",
  });
}
