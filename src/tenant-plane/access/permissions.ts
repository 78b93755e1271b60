import { AzoraError } from "../../errors.js";
import { nearest } from "../../nearest.js";
import type { TenantTransaction } from "../tenant-client.js";

const PERMISSION = /^([^:*\s]+|\*):([a-z_]+|\*)$/;

/** What tables take, as the database has it. */
export async function knownPermissions(tx: Pick<TenantTransaction, "$queryRaw">): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ permission: string }[]>`SELECT permission FROM guard.permissions() permission`;
  return rows.map(({ permission }) => permission);
}

/**
 * Refuses what is no permission, or of a resource that isn't there. The action may be one of the application's own.
 * @throws AzoraError INVALID_INPUT
 */
export async function checkPermission(tx: Pick<TenantTransaction, "$queryRaw">, permission: string): Promise<void> {
  const [, resource] = PERMISSION.exec(permission) ?? [];
  if (resource === undefined) {
    throw new AzoraError("INVALID_INPUT", `"${permission}" is not a permission.`, {
      hint: "Write resource:action, such as documents:update, documents:* or *:read.",
    });
  }
  const resources = [...new Set((await knownPermissions(tx)).map((each) => each.slice(0, each.indexOf(":"))))];
  if (resource === "*" || resources.includes(resource)) return;
  const meant = nearest(resource, resources);
  throw new AzoraError("INVALID_INPUT", `There is nothing called "${resource}" to permit something on.`, {
    hint: meant ? `Did you mean ${meant}?` : `There are ${resources.join(", ")}.`,
  });
}
