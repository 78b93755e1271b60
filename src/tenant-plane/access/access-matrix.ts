import { openTenantDb } from "../tenant-db.js";
import type { OpenTenant } from "./open-tenant.js";

/** Who may do what, by role; part of the public JSON. */
export interface AccessMatrix {
  /** Names, in their order. */
  readonly roles: readonly string[];
  /** Every permission that a table takes or that a role names, with the roles that hold it, by `*` or by name. */
  readonly permissions: readonly { readonly permission: string; readonly roles: readonly string[] }[];
}

/** Reads roles × permissions. What a `*` includes is the database's to say. */
export async function readAccessMatrix(tenant: OpenTenant): Promise<AccessMatrix> {
  const db = openTenantDb(tenant, tenant.context);
  const roles = await db.role.findMany({ orderBy: { name: "asc" }, select: { name: true } });
  const permissions = await db.$queryRaw<{ permission: string; roles: string[] }[]>`
    SELECT p.permission, ARRAY(
      SELECT r.name FROM tenant.roles r WHERE EXISTS (
        SELECT FROM tenant.role_permissions g WHERE g.role_id = r.id AND g.permission = ANY (guard.including(p.permission)))
      ORDER BY r.name) AS roles
    FROM (SELECT k AS permission FROM guard.permissions() k
          UNION SELECT g.permission FROM tenant.role_permissions g WHERE g.permission !~ '[*]') p
    ORDER BY p.permission`;
  return { roles: roles.map(({ name }) => name), permissions };
}
