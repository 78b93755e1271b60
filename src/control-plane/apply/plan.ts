import { nearest } from "../../nearest.js";
import { attempt } from "../attempt.js";
import type { ControlConnection } from "../connection.js";
import type { KeptTenant } from "../kept-tenant.js";
import type { Declaration, DeclaredTenant, Problem } from "../manifest/parse.js";
import { ManifestInvalid } from "../manifest/read.js";
import type { Tenant } from "../tenant.js";
import { allTenants, differing, stateOf, type TenantState, tenantsBySlug } from "./state.js";

/** What is done to one tenant: from one state to another. */
export interface PlannedStep {
  /** `prune` schedules a purge. */
  readonly action: "create" | "update" | "prune";
  /** Null for a tenant that is made. */
  readonly id: string | null;
  readonly before: TenantState | null;
  readonly after: TenantState;
}

/** Everything that applying will do, and nothing else; see plan-file.ts for how it is kept. */
export interface Plan {
  readonly version: 1;
  /** Id of the installation's first signing key: a plan belongs to one installation. */
  readonly installation: string;
  /** Why a tenant is suspended, or its purge scheduled. */
  readonly reason: string;
  /** In how many seconds the purge of a tenant that no manifest names is due; null without --prune. */
  readonly pruneAfterSeconds: number | null;
  readonly steps: readonly PlannedStep[];
  readonly kept: readonly KeptTenant[];
  /** How many tenants are as they have to be. */
  readonly unchanged: number;
}

export interface PlanInput {
  readonly declarations: readonly Declaration[];
  readonly reason: string;
  /** Undefined leaves tenants that no manifest names alone. */
  readonly pruneAfterSeconds?: number;
}

/**
 * Compares what manifests declare with what is there. Reads and changes nothing.
 * @throws AzoraError NOT_PERMITTED; ManifestInvalid for a plan that there isn't, or a tenant that is about to be purged
 */
export async function planChanges(connection: ControlConnection, input: PlanInput): Promise<Plan> {
  const { declarations, reason, pruneAfterSeconds } = input;
  const installation = await installationOf(connection);
  const plans = await planCodes(connection);
  const declared = new Set(declarations.map(({ tenant }) => tenant.slug));
  const everybody = pruneAfterSeconds === undefined ? undefined : await allTenants(connection);
  const known = everybody
    ? new Map(everybody.map((tenant) => [tenant.slug, tenant]))
    : await tenantsBySlug(connection, [...declared]);

  const problems = declarations.flatMap((declaration) => problemsOf(declaration, known.get(declaration.tenant.slug), plans));
  if (problems.length > 0) throw new ManifestInvalid(problems, "What is declared");

  const steps = declarations.flatMap(({ tenant }) => stepFor(tenant, known.get(tenant.slug)));
  const undeclared = (everybody ?? []).filter(({ slug, purgeAfter }) => !declared.has(slug) && purgeAfter === null);
  const prunes = undeclared.filter(({ heldAt }) => heldAt === null).map(pruneStep);
  const kept = undeclared.filter(({ heldAt }) => heldAt !== null).map(heldTenant);
  return {
    version: 1,
    installation,
    reason,
    pruneAfterSeconds: pruneAfterSeconds ?? null,
    steps: [...steps, ...prunes],
    kept,
    unchanged: declarations.length - steps.length,
  };
}

function problemsOf({ tenant, position }: Declaration, known: Tenant | undefined, plans: readonly string[]): Problem[] {
  const { slug, plan, status } = tenant;
  const problems: Problem[] = [];
  if (plan !== undefined && plan !== known?.plan && !plans.includes(plan)) {
    const meant = nearest(plan, plans);
    const message = `There is no plan "${plan}"${meant ? `: did you mean ${meant}?` : `; there are ${plans.join(", ")}.`}`;
    problems.push({ ...position("plan"), message });
  }
  // Somebody asked for that purge on purpose; a file that doesn't know of it must not take it back.
  if (status === "active" && known?.status === "purge-scheduled") {
    const message = `The purge of "${slug}" is scheduled: take it back first (azora tenant:purge ${slug} --cancel), or leave its status out.`;
    problems.push({ ...position("status"), message });
  }
  return problems;
}

function stepFor(tenant: DeclaredTenant, known: Tenant | undefined): PlannedStep[] {
  const { slug, name, ownerEmail } = tenant;
  if (!known) {
    const { plan = "free", status = "active", region = null, metadata = {} } = tenant;
    const after = { slug, name, ownerEmail, plan, status, region, metadata };
    return [{ action: "create", id: null, before: null, after }];
  }
  const before = stateOf(known);
  const { plan = before.plan, region = before.region, metadata = before.metadata } = tenant;
  // A tenant whose purge is scheduled is suspended too.
  const status = before.status === "purge-scheduled" ? before.status : (tenant.status ?? before.status);
  const after = { slug, name, ownerEmail, plan, status, region, metadata };
  return differing(before, after).length === 0 ? [] : [{ action: "update", id: known.id, before, after }];
}

function pruneStep(tenant: Tenant): PlannedStep {
  const before = stateOf(tenant);
  return { action: "prune", id: tenant.id, before, after: { ...before, status: "purge-scheduled" } };
}

function heldTenant({ slug, holdReason }: Tenant): KeptTenant {
  return { slug, code: "LEGAL_HOLD", message: `The tenant "${slug}" is under legal hold: ${holdReason}.` };
}

/** Which installation this is: its first signing key has an id that no other has, and stays published. Only a vendor admin reads it. */
export async function installationOf(connection: ControlConnection): Promise<string> {
  const first = await attempt(connection, { action: "tenant.apply" }, () =>
    connection.client.setting.findFirst({
      where: { key: { startsWith: "signing_key." } },
      select: { key: true },
      orderBy: [{ updatedAt: "asc" }, { key: "asc" }],
    }),
  );
  return first?.key.slice("signing_key.".length) ?? "";
}

async function planCodes(connection: ControlConnection): Promise<readonly string[]> {
  const plans = await attempt(connection, { action: "tenant.apply" }, () =>
    connection.client.plan.findMany({ where: { archivedAt: null }, select: { code: true }, orderBy: { priceMinor: "asc" } }),
  );
  return plans.map(({ code }) => code);
}
