import { AzoraError } from "../../errors.js";
import { userActor } from "../context.js";
import { openTenantDb } from "../tenant-db.js";
import type { OpenTenant } from "./open-tenant.js";
import { checkPermission } from "./permissions.js";
import { listRoles } from "./roles.js";
import { findUser } from "./users.js";

/** A role and the permission of it that includes the one asked for. */
export interface Giving {
  readonly role: string;
  readonly permission: string;
}

export interface AccessAnswer {
  readonly user: { readonly id: string; readonly email: string; readonly disabledAt: Date | null };
  readonly permission: string;
  readonly allowed: boolean;
  /** The user's roles that hold it, whether or not they are of any use to somebody who is disabled. */
  readonly givenBy: readonly Giving[];
  /** Other roles that would give it. */
  readonly wouldGive: readonly Giving[];
}

/**
 * Whether a user may do something: the database is asked in the user's own name, as it would be by a statement.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT
 */
export async function checkAccess(
  tenant: OpenTenant,
  input: { readonly user: string; readonly permission: string },
): Promise<AccessAnswer> {
  const { permission } = input;
  const db = openTenantDb(tenant, tenant.context);
  const { id, email, disabledAt, roles: own } = await findUser(db, input.user);
  await checkPermission(db, permission);
  const [{ including }] = await db.$queryRaw<
    [{ including: (string | null)[] }]
  >`SELECT guard.including(${permission}) AS including`;
  const giving = (await listRoles(tenant)).flatMap(({ name, permissions }) =>
    permissions.filter((each) => including.includes(each)).map((each) => ({ role: name, permission: each })),
  );
  return {
    user: { id, email, disabledAt },
    permission,
    allowed: await isPermitted(tenant, id, permission),
    givenBy: giving.filter(({ role }) => own.includes(role)),
    wouldGive: giving.filter(({ role }) => !own.includes(role)),
  };
}

/** No line of the log says that this user has read something. */
async function isPermitted(tenant: OpenTenant, userId: string, permission: string): Promise<boolean> {
  const { accountId } = tenant.context;
  const db = openTenantDb(tenant, { accountId, actor: userActor(userId) }, { readAudit: "off" });
  try {
    await db.$queryRaw`SELECT guard.permits(${permission})`;
    return true;
  } catch (error) {
    if (error instanceof AzoraError && error.code === "PERMISSION_DENIED") return false;
    throw error;
  }
}
