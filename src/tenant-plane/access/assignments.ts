import { inTenant, type OpenTenant } from "./open-tenant.js";
import { findRole } from "./roles.js";
import { findUser, type UserChange } from "./users.js";

export interface AssignmentInput {
  /** E-mail address or id. */
  readonly user: string;
  readonly role: string;
  readonly dryRun: boolean;
}

/**
 * Gives a user a role.
 * @throws AzoraError NOT_FOUND, PERMISSION_DENIED (the role holds what the actor doesn't)
 */
export async function assignRole(tenant: OpenTenant, { user, role, dryRun }: AssignmentInput): Promise<UserChange> {
  return inTenant(tenant, dryRun, async (tx) => {
    const [{ id: userId }, { id: roleId }] = [await findUser(tx, user), await findRole(tx, role)];
    const { count } = await tx.userRole.createMany({ data: [{ userId, roleId }], skipDuplicates: true });
    return { user: await findUser(tx, userId), changed: count > 0, dryRun };
  });
}

/**
 * Takes a role from a user.
 * @throws AzoraError NOT_FOUND, LAST_OWNER, PERMISSION_DENIED
 */
export async function unassignRole(tenant: OpenTenant, { user, role, dryRun }: AssignmentInput): Promise<UserChange> {
  return inTenant(tenant, dryRun, async (tx) => {
    const [{ id: userId }, { id: roleId }] = [await findUser(tx, user), await findRole(tx, role)];
    const { count } = await tx.userRole.deleteMany({ where: { userId, roleId } });
    return { user: await findUser(tx, userId), changed: count > 0, dryRun };
  });
}
