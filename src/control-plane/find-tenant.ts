import { AzoraError } from "../errors.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { TENANT_SELECTION, type Tenant, toTenant } from "./tenant.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Finds a tenant by its slug, or by its id.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export async function findTenant(connection: ControlConnection, slugOrId: string): Promise<Tenant> {
  const where = UUID.test(slugOrId) ? { id: slugOrId } : { slug: slugOrId };
  const row = await attempt(connection, { action: "tenant.show", slug: slugOrId }, () =>
    connection.client.account.findUnique({ where, select: TENANT_SELECTION }),
  );
  if (row) return toTenant(row);
  throw new AzoraError("NOT_FOUND", `There is no tenant "${slugOrId}".`, { hint: "`azora tenant:list` shows them all." });
}
