import { type ChangeTenantInput, changeTenant, type LifecycleResult } from "./change-tenant.js";
import type { ControlConnection } from "./connection.js";
import { checkEmail, checkName, checkRegion, checkSlug } from "./input.js";

export interface UpdateTenantInput extends ChangeTenantInput {
  readonly slug?: string;
  readonly name?: string;
  /** The vendor's contact; the tenant's own users stay as they are. */
  readonly contactEmail?: string;
  /** An empty text takes it away. */
  readonly region?: string;
  /** Merged into what is there; null takes a key away. */
  readonly metadata?: Readonly<Record<string, string | null>>;
}

/**
 * Changes what the vendor knows of a tenant.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT, ALREADY_EXISTS (slug), NOT_PERMITTED
 */
export async function updateTenant(connection: ControlConnection, input: UpdateTenantInput): Promise<LifecycleResult> {
  const { slug, name, contactEmail, region, metadata } = input;
  if (slug !== undefined) checkSlug(slug);
  if (name !== undefined) checkName(name);
  if (contactEmail !== undefined) checkEmail(contactEmail);
  if (region !== undefined) checkRegion(region);
  return changeTenant(connection, "tenant.update", {
    ...input,
    step: (tx, id) => tx.$queryRaw`
      SELECT control.update_account(${id}::uuid, ${slug ?? null}, ${name?.trim() ?? null}, ${region ?? null},
        ${metadata ? JSON.stringify(metadata) : null}::jsonb, ${contactEmail ?? null}) AS changed`,
  });
}
