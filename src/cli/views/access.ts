import type { AccessMatrix } from "../../tenant-plane/access/access-matrix.js";
import type { AccessAnswer, Giving } from "../../tenant-plane/access/check-access.js";
import type { TenantRole } from "../../tenant-plane/access/roles.js";
import type { TenantUser } from "../../tenant-plane/access/users.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

const rolesOf = ({ roles }: TenantUser) => roles.join(", ");
const permissionsOf = ({ permissions }: TenantRole) => permissions.join(", ");

export function userTable(output: Output, users: readonly TenantUser[]): string {
  if (users.length === 0 && output.isTty) return "No users.";
  return renderTable(
    output,
    [
      { title: "EMAIL", value: ({ email }) => email },
      { title: "NAME", value: ({ name }) => name, canShrink: true },
      { title: "ROLES", value: rolesOf, canShrink: true },
      { title: "DISABLED", value: ({ disabledAt }) => disabledAt, paint: (text, colour) => colour.yellow(text) },
      { title: "CREATED", value: ({ createdAt }) => createdAt, canDrop: true },
      { title: "ID", value: ({ id }) => id, canDrop: true, paint: (text, colour) => colour.dim(text) },
    ],
    users,
  );
}

export function userDetails(output: Output, user: TenantUser): string {
  const { id, email, name, disabledAt, createdAt } = user;
  return renderDetails(output, [
    { label: "Email", value: email },
    { label: "Name", value: name },
    { label: "Id", value: id },
    { label: "Roles", value: rolesOf(user) },
    ...(disabledAt ? [{ label: "Disabled", value: disabledAt }] : []),
    { label: "Created", value: createdAt },
  ]);
}

export function roleTable(output: Output, roles: readonly TenantRole[]): string {
  return renderTable(
    output,
    [
      { title: "ROLE", value: ({ name }) => name },
      { title: "USERS", value: ({ users }) => users, align: "right" },
      { title: "PERMISSIONS", value: permissionsOf, canShrink: true },
      { title: "DESCRIPTION", value: ({ description }) => description, canShrink: true, canDrop: true },
    ],
    roles,
  );
}

export function roleDetails(output: Output, role: TenantRole): string {
  return renderDetails(output, [
    { label: "Role", value: role.name },
    { label: "Description", value: role.description },
    { label: "Permissions", value: permissionsOf(role) },
    { label: "Users", value: role.users },
  ]);
}

/** A line a resource, a column a role, the actions that it may take. */
export function matrixTable(output: Output, { roles, permissions }: AccessMatrix): string {
  const parts = permissions.map(({ permission, roles: holders }) => {
    const at = permission.lastIndexOf(":");
    return { resource: permission.slice(0, at), action: permission.slice(at + 1), holders };
  });
  const resources = [...new Set(parts.map(({ resource }) => resource))];
  const actions = (resource: string, role?: string) =>
    parts.filter((each) => each.resource === resource && (role === undefined || each.holders.includes(role)));
  const cell = (resource: string, role: string) => {
    const held = actions(resource, role);
    return held.length === actions(resource).length ? "all" : held.map(({ action }) => action).join(" ");
  };
  return renderTable(
    output,
    [
      { title: "RESOURCE", value: (resource) => resource },
      ...roles.map((role) => ({ title: role, value: (resource: string) => cell(resource, role), canShrink: true })),
    ],
    resources,
  );
}

/** One word for scripts; for whoever asks why, the roles that decide. */
export function accessAnswer(output: Output, answer: AccessAnswer, explain: boolean): string {
  const said = answer.allowed ? "allowed" : "denied";
  if (!explain) return said;
  return renderDetails(output, [
    { label: "Answer", value: said, paint: (text, colour) => (answer.allowed ? colour.green(text) : colour.yellow(text)) },
    { label: "User", value: answer.user.email },
    { label: "Permission", value: answer.permission },
    { label: "Why", value: reasonOf(answer) },
    ...(answer.allowed || answer.wouldGive.length === 0
      ? []
      : [{ label: "Would give it", value: answer.wouldGive.map(named).join("; ") }]),
  ]);
}

/** The sentence that --explain adds. */
export function reasonOf({ allowed, user, givenBy }: AccessAnswer): string {
  if (allowed) return `its ${givenBy.length === 1 ? "role" : "roles"} ${givenBy.map(named).join("; ")}`;
  if (user.disabledAt) return "the user is disabled";
  return "none of its roles holds it";
}

function named({ role, permission }: Giving): string {
  return `${role} (${permission})`;
}
