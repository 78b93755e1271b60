import type { OpenTenant } from "../tenant-plane/access/open-tenant.js";
import { findUser } from "../tenant-plane/access/users.js";
import { userActor } from "../tenant-plane/context.js";
import { openTenantDb } from "../tenant-plane/tenant-db.js";
import { accountIdOf } from "./account-id.js";
import { type Installation, type InstallationConfig, openInstallation } from "./open.js";

export interface OpenTenantInput {
  readonly config: InstallationConfig;
  /** Slug or id; an id where there is no control plane. */
  readonly tenant: string;
  /** The operator, as the tenant's log shall name it. */
  readonly operator: string;
  /** A user of the tenant, by e-mail address or id, to act as instead, with no more than its roles hold. */
  readonly as?: string | undefined;
}

/**
 * Works inside one tenant, through its own plane; the control plane, where there is one, only says which id a slug is.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT (a slug without a control plane), NOT_CONFIGURED and those of a connection
 */
export async function insideTenant<T>(input: OpenTenantInput, work: (tenant: OpenTenant) => Promise<T>): Promise<T> {
  const installation = openInstallation(input.config);
  try {
    return await work(await openTenant(installation, input));
  } finally {
    await installation.close();
  }
}

async function openTenant(installation: Installation, { config, tenant, operator, as }: OpenTenantInput): Promise<OpenTenant> {
  const accountId = await accountIdOf(installation, config, tenant);
  const connection = await installation.tenant();
  const context = { accountId, actor: `operator:${operator}` };
  if (as === undefined) return { ...connection, context };
  const db = openTenantDb(connection, context);
  const { id } = await findUser(db, as);
  return { ...connection, context: { accountId, actor: userActor(id) } };
}
