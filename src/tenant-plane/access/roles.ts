import { AzoraError } from "../../errors.js";
import type { TenantTransaction } from "../tenant-client.js";
import { openTenantDb } from "../tenant-db.js";
import { type AccessChange, inTenant, type OpenTenant } from "./open-tenant.js";
import { checkPermission } from "./permissions.js";

/** A role of a tenant; part of the public JSON. */
export interface TenantRole {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** `resource:action`, in their order; `*` for any. */
  readonly permissions: readonly string[];
  /** How many users have it. */
  readonly users: number;
}

export interface RoleChange extends AccessChange {
  readonly role: TenantRole;
}

export interface CreateRoleInput {
  readonly name: string;
  readonly description?: string;
  readonly permissions: readonly string[];
  readonly dryRun: boolean;
}

export interface ChangePermissionInput {
  readonly role: string;
  readonly permission: string;
  readonly dryRun: boolean;
}

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
const WHOLE = {
  permissions: { select: { permission: true }, orderBy: { permission: "asc" } },
  _count: { select: { users: true } },
} as const;

type RoleRow = Pick<TenantRole, "id" | "name" | "description"> & {
  readonly permissions: readonly { readonly permission: string }[];
  readonly _count: { readonly users: number };
};

function toRole({ id, name, description, permissions, _count }: RoleRow): TenantRole {
  return { id, name, description, permissions: permissions.map(({ permission }) => permission), users: _count.users };
}

/**
 * Finds a role by its name.
 * @throws AzoraError NOT_FOUND
 */
export async function findRole(tx: Pick<TenantTransaction, "role">, name: string): Promise<TenantRole> {
  const row = await tx.role.findFirst({ where: { name }, include: WHOLE });
  if (row) return toRole(row);
  throw new AzoraError("NOT_FOUND", `There is no role "${name}" in this tenant.`, { hint: "`azora role:list` shows them all." });
}

/**
 * Makes a role; one of that name that is there already stays as it is, and what is asked for besides is added.
 * @throws AzoraError INVALID_INPUT, PERMISSION_DENIED (a permission that the actor doesn't hold)
 */
export async function createRole(tenant: OpenTenant, input: CreateRoleInput): Promise<RoleChange> {
  const { name, description = "", dryRun } = input;
  if (!NAME.test(name)) {
    throw new AzoraError("INVALID_INPUT", `"${name}" is not a name for a role.`, {
      hint: "1 to 63 lower-case letters, digits, hyphens and underscores, a letter first.",
    });
  }
  return inTenant(tenant, dryRun, async (tx) => {
    for (const permission of input.permissions) await checkPermission(tx, permission);
    const made = await tx.role.createMany({ data: [{ name, description }], skipDuplicates: true });
    const { id } = await findRole(tx, name);
    const data = input.permissions.map((permission) => ({ roleId: id, permission }));
    const given = await tx.rolePermission.createMany({ data, skipDuplicates: true });
    return { role: await findRole(tx, name), changed: made.count + given.count > 0, dryRun };
  });
}

/**
 * Gives a role a permission; whoever has the role holds it from the next statement on.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, PERMISSION_DENIED
 */
export async function grantPermission(tenant: OpenTenant, input: ChangePermissionInput): Promise<RoleChange> {
  const { permission, dryRun } = input;
  return inTenant(tenant, dryRun, async (tx) => {
    await checkPermission(tx, permission);
    const { id, name } = await findRole(tx, input.role);
    const { count } = await tx.rolePermission.createMany({ data: [{ roleId: id, permission }], skipDuplicates: true });
    return { role: await findRole(tx, name), changed: count > 0, dryRun };
  });
}

/**
 * Takes a permission from a role, word for word: what a `*` of the role includes is taken with that.
 * @throws AzoraError NOT_FOUND, PERMISSION_DENIED, LAST_OWNER
 */
export async function revokePermission(tenant: OpenTenant, input: ChangePermissionInput): Promise<RoleChange> {
  const { permission, dryRun } = input;
  return inTenant(tenant, dryRun, async (tx) => {
    const { id, name } = await findRole(tx, input.role);
    const { count } = await tx.rolePermission.deleteMany({ where: { roleId: id, permission } });
    return { role: await findRole(tx, name), changed: count > 0, dryRun };
  });
}

/**
 * Deletes a role; whoever had it loses what only it gave. One that isn't there is no error.
 * @throws AzoraError CONFLICT (a default role), PERMISSION_DENIED
 */
export async function deleteRole(
  tenant: OpenTenant,
  { role, dryRun }: { readonly role: string; readonly dryRun: boolean },
): Promise<AccessChange & { readonly role: string }> {
  return inTenant(tenant, dryRun, async (tx) => {
    const { count } = await tx.role.deleteMany({ where: { name: role } });
    return { role, changed: count > 0, dryRun };
  });
}

/** All roles of the tenant, in the order of their names. */
export async function listRoles(tenant: OpenTenant): Promise<readonly TenantRole[]> {
  const rows = await openTenantDb(tenant, tenant.context).role.findMany({ include: WHOLE, orderBy: { name: "asc" } });
  return rows.map(toRole);
}
