import { AzoraError, type ErrorCode } from "../../errors.js";
import type { ControlConnection } from "../connection.js";
import type { KeptTenant } from "../kept-tenant.js";
import { installationOf, type Plan, type PlannedStep } from "./plan.js";
import { differing, stateOf, tenantsBySlug } from "./state.js";
import { changeOne, createSet, isChange, moved } from "./take-step.js";

/** A tenant for which the plan could not be carried out. */
export interface FailedTenant {
  readonly slug: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface ApplyResult {
  readonly created: number;
  readonly updated: number;
  /** Purges that were scheduled. */
  readonly pruned: number;
  readonly unchanged: number;
  /** Steps that an earlier run of the same plan had taken already. */
  readonly doneBefore: number;
  readonly kept: readonly KeptTenant[];
  readonly failed: readonly FailedTenant[];
}

/** As many new tenants a transaction: large enough that its own cost is nothing, small enough that a kill loses little. */
const SET = 250;

/** What no other tenant would fare better with. */
const FATAL: ReadonlySet<ErrorCode> = new Set([
  "NOT_PERMITTED",
  "AUTHENTICATION_FAILED",
  "UNREACHABLE",
  "NOT_MIGRATED",
  "DATABASE_NEWER",
  "LOCKED",
  "INTERRUPTED",
]);

/**
 * Carries out a plan, if the world is as it was when the plan was made; what an interrupted run of the same plan
 * has done counts as done. Each tenant is changed whole or not at all, and one that fails doesn't stop the others.
 * @param onProgress told how many of the steps that are left are done
 * @throws AzoraError CONFLICT (another installation's plan, or the world has moved: nothing is touched), NOT_PERMITTED,
 * connection errors (what is done stays; the same plan goes on)
 */
export async function applyPlan(
  connection: ControlConnection,
  plan: Plan,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ApplyResult> {
  const steps = await stepsLeft(connection, plan);
  const counts = { create: 0, update: 0, prune: 0 };
  const failed: FailedTenant[] = [];
  let done = 0;
  const take = async (taken: readonly PlannedStep[], work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      for (const { action } of taken) counts[action]++;
    } catch (error) {
      if (error instanceof AzoraError && FATAL.has(error.code)) throw error;
      if (taken.length > 1) return takeApart(taken);
      failed.push(...taken.map(({ after }) => failure(after.slug, error)));
    }
    done += taken.length;
    onProgress(done, steps.length);
  };
  // One of them is at fault: by themselves the others are made.
  const takeApart = async (taken: readonly PlannedStep[]) => {
    for (const step of taken) await take([step], () => createSet(connection, [step], plan));
  };
  onProgress(done, steps.length);
  const created = steps.filter((step) => !isChange(step));
  for (let at = 0; at < created.length; at += SET) {
    const set = created.slice(at, at + SET);
    await take(set, () => createSet(connection, set, plan));
  }
  for (const step of steps.filter(isChange)) await take([step], () => changeOne(connection, step, plan));
  const { create, update, prune } = counts;
  const doneBefore = plan.steps.length - steps.length;
  return { created: create, updated: update, pruned: prune, unchanged: plan.unchanged, doneBefore, kept: plan.kept, failed };
}

/** @returns the steps that are still to be taken @throws AzoraError CONFLICT */
async function stepsLeft(connection: ControlConnection, { installation, steps }: Plan): Promise<readonly PlannedStep[]> {
  if (installation !== (await installationOf(connection))) {
    throw new AzoraError("CONFLICT", "This plan was made for another installation. Nothing was changed.", {
      hint: "`azora config` shows which one this is.",
    });
  }
  const known = await tenantsBySlug(
    connection,
    steps.map(({ after }) => after.slug),
  );
  return steps.filter(({ id, before, after }) => {
    const tenant = known.get(after.slug);
    if (tenant === undefined && before === null) return true;
    if (tenant === undefined || (id !== null && id !== tenant.id)) throw moved(after.slug);
    const now = stateOf(tenant);
    if (differing(now, after).length === 0) return false;
    if (before === null || differing(now, before).length > 0) throw moved(after.slug);
    return true;
  });
}

function failure(slug: string, error: unknown): FailedTenant {
  if (error instanceof AzoraError) return { slug, code: error.code, message: error.message };
  return { slug, code: "FAILURE", message: String((error as Error | undefined)?.message ?? error) };
}
