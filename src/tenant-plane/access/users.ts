import { AzoraError } from "../../errors.js";
import type { TenantTransaction } from "../tenant-client.js";
import { openTenantDb } from "../tenant-db.js";
import { type AccessChange, inTenant, type OpenTenant } from "./open-tenant.js";
import { findRole } from "./roles.js";

/** A user of a tenant; part of the public JSON. */
export interface TenantUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** Names, in their order. */
  readonly roles: readonly string[];
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

export interface UserChange extends AccessChange {
  readonly user: TenantUser;
}

export interface InviteUserInput {
  readonly email: string;
  /** For people; what stands before the @ when left out. */
  readonly name?: string;
  /** Roles that the user gets besides those it has. */
  readonly roles: readonly string[];
  readonly dryRun: boolean;
}

export interface UserPage {
  readonly users: readonly TenantUser[];
  readonly total: number;
}

const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const WITH_ROLES = { roles: { select: { role: { select: { name: true } } } } } as const;

type UserRow = Omit<TenantUser, "roles"> & { readonly roles: readonly { readonly role: { readonly name: string } }[] };

function toUser({ id, email, name, disabledAt, createdAt, roles }: UserRow): TenantUser {
  return { id, email, name, roles: roles.map(({ role }) => role.name).sort(), disabledAt, createdAt };
}

/**
 * Finds a user by its e-mail address, or by its id.
 * @throws AzoraError NOT_FOUND
 */
export async function findUser(tx: Pick<TenantTransaction, "user">, emailOrId: string): Promise<TenantUser> {
  const where = UUID.test(emailOrId) ? { id: emailOrId.toLowerCase() } : { email: emailOrId };
  const row = await tx.user.findFirst({ where, include: WITH_ROLES });
  if (row) return toUser(row);
  throw new AzoraError("NOT_FOUND", `There is no user "${emailOrId}" in this tenant.`, {
    hint: "`azora user:list` shows them all.",
  });
}

/**
 * Makes a user of the tenant and gives it roles; a disabled one is let in again. Nobody is written to: how somebody
 * logs in is the application's.
 * @throws AzoraError INVALID_INPUT, NOT_FOUND (a role), PERMISSION_DENIED, CONFLICT
 */
export async function inviteUser(tenant: OpenTenant, input: InviteUserInput): Promise<UserChange> {
  const { email, dryRun } = input;
  if (!EMAIL.test(email)) throw new AzoraError("INVALID_INPUT", `"${email}" is not an e-mail address.`);
  const name = input.name ?? email.slice(0, email.indexOf("@"));
  return inTenant(tenant, dryRun, async (tx) => {
    const roles = await Promise.all(input.roles.map((role) => findRole(tx, role)));
    const made = await tx.user.createMany({ data: [{ email, name }], skipDuplicates: true });
    const { id } = await findUser(tx, email);
    const enabled = await tx.user.updateMany({ where: { id, NOT: { disabledAt: null } }, data: { disabledAt: null } });
    const given = await tx.userRole.createMany({
      data: roles.map((role) => ({ userId: id, roleId: role.id })),
      skipDuplicates: true,
    });
    return { user: await findUser(tx, id), changed: made.count + enabled.count + given.count > 0, dryRun };
  });
}

/**
 * Shuts a user out: from its next statement on it may do nothing. Its records and its name in the log stay.
 * @throws AzoraError NOT_FOUND, LAST_OWNER, PERMISSION_DENIED
 */
export async function disableUser(
  tenant: OpenTenant,
  { user, dryRun }: { readonly user: string; readonly dryRun: boolean },
): Promise<UserChange> {
  return inTenant(tenant, dryRun, async (tx) => {
    const { id } = await findUser(tx, user);
    const { count } = await tx.user.updateMany({ where: { id, disabledAt: null }, data: { disabledAt: new Date() } });
    return { user: await findUser(tx, id), changed: count > 0, dryRun };
  });
}

/**
 * One page of the tenant's users, in the order of their e-mail addresses.
 * @param after the address that the page before ended with
 */
export async function listUsers(
  tenant: OpenTenant,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<UserPage> {
  const db = openTenantDb(tenant, tenant.context);
  const where = after === undefined ? {} : { email: { gt: after } };
  const rows = await db.user.findMany({ where, include: WITH_ROLES, orderBy: { email: "asc" }, take: limit });
  return { users: rows.map(toUser), total: await db.user.count() };
}
