import type { Config } from "../config.js";
import type { ControlConnection } from "../control-plane/connection.js";
import { findTenant } from "../control-plane/find-tenant.js";
import { listTenants } from "../control-plane/list-tenants.js";
import type { LogOwner } from "../control-plane/seal-log.js";
import type { Tenant } from "../control-plane/tenant.js";

/** Which logs: one tenant's, the control plane's own, or all there are. */
export interface LogChoice {
  /** Slug or id. */
  readonly tenant?: string | undefined;
  readonly controlPlane: boolean;
}

/** A log and, for a tenant's, the tenant. */
export interface ChosenLog extends LogOwner {
  readonly tenant: Tenant | null;
}

export const ADMIN_LOG: ChosenLog = { accountId: null, slug: null, tenant: null };

const PAGE = 1000;

/** @returns the logs that are meant, the control plane's own last: it is the one that all else is written to */
export async function* chooseLogs(connection: ControlConnection, { tenant, controlPlane }: LogChoice): AsyncGenerator<ChosenLog> {
  if (tenant !== undefined) yield logOf(await findTenant(connection, tenant));
  else if (!controlPlane) {
    let after: string | undefined;
    do {
      const page = await listTenants(connection, { limit: PAGE, ...(after !== undefined && { after }) });
      yield* page.tenants.filter(({ status }) => status !== "provisioning").map(logOf);
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
  if (controlPlane || tenant === undefined) yield ADMIN_LOG;
}

function logOf(tenant: Tenant): ChosenLog {
  return { accountId: tenant.id, slug: tenant.slug, tenant };
}

/** Whether the vendor's logs and accounts can be reached: by an operator's login, or the owner's. */
export function canSeeAccounts({ engine, controlUrl, ownerUrl }: Config): boolean {
  return engine.value === "embedded" || controlUrl !== undefined || ownerUrl !== undefined;
}
