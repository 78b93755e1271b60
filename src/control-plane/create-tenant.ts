import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";
import { checkEmail, checkName, checkSlug } from "./input.js";
import { TENANT_SELECTION, type Tenant, toTenant } from "./tenant.js";

export interface CreateTenantInput {
  readonly slug: string;
  readonly name: string;
  /** The first user, with the role owner. */
  readonly ownerEmail: string;
  /** Code of a plan: control.plans. */
  readonly plan: string;
  /** A taken slug is then no error: the tenant that has it is the result. */
  readonly ifNotExists: boolean;
  readonly dryRun: boolean;
}

export interface CreateTenantResult {
  readonly created: boolean;
  readonly dryRun: boolean;
  readonly tenant: Tenant;
}

/**
 * Makes a tenant whole in one transaction: account, subscription, default roles, first
 * user. The tenant's rows are made by the database in the tenant's own context; this login
 * never gets a right on them.
 * @throws AzoraError INVALID_INPUT, ALREADY_EXISTS (slug), NOT_FOUND (plan), NOT_PERMITTED
 */
export async function createTenant(connection: ControlConnection, input: CreateTenantInput): Promise<CreateTenantResult> {
  const { slug, name, ownerEmail, plan, ifNotExists, dryRun } = input;
  checkSlug(slug);
  checkName(name);
  checkEmail(ownerEmail);
  return attempt(connection, { action: "tenant.create", slug }, () =>
    inTransaction(connection, dryRun, async (tx) => {
      const [made] = await tx.$queryRaw<[{ account_id: string; created: boolean }]>`
        SELECT account_id, created FROM control.create_account(${slug}, ${name.trim()}, ${ownerEmail}, ${plan}, ${ifNotExists})`;
      const row = await tx.account.findUniqueOrThrow({ where: { id: made.account_id }, select: TENANT_SELECTION });
      return { created: made.created, dryRun, tenant: toTenant(row) };
    }),
  );
}
