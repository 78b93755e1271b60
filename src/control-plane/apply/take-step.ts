import { AzoraError } from "../../errors.js";
import { attempt } from "../attempt.js";
import type { ControlConnection } from "../connection.js";
import { type ControlTransaction, inTransaction } from "../dry-run.js";
import { TENANT_SELECTION, toTenant } from "../tenant.js";
import type { Plan, PlannedStep } from "./plan.js";
import { differing, stateOf, type TenantState } from "./state.js";

type Change = PlannedStep & { readonly id: string; readonly before: TenantState };

/** Whether a step is about a tenant that is there. */
export function isChange(step: PlannedStep): step is Change {
  return step.id !== null && step.before !== null;
}

/** Somebody was faster, or the plan is old. */
export function moved(slug: string): AzoraError {
  return new AzoraError("CONFLICT", `The tenant "${slug}" is not as it was when the plan was made.`, {
    hint: "Make the plan anew: run `azora tenant:apply -f …` again.",
  });
}

/**
 * Makes all new tenants of a list in one transaction: all of them or none.
 * @throws AzoraError ALREADY_EXISTS (a slug), NOT_FOUND (a plan), NOT_PERMITTED
 */
export async function createSet(connection: ControlConnection, steps: readonly PlannedStep[], { reason }: Plan): Promise<void> {
  const wanted = steps.map(({ after: { status: _, ...account } }) => account);
  const suspended = steps.filter(({ after }) => after.status === "suspended").map(({ after }) => after.slug);
  const [only] = steps;
  const slug = steps.length === 1 && only ? { slug: only.after.slug } : {};
  await attempt(connection, { action: "tenant.create", ...slug }, () =>
    inTransaction(connection, false, async (tx) => {
      await tx.$queryRaw`
        SELECT CASE WHEN c.slug = ANY (${suspended}) THEN control.suspend_account(c.account_id, ${reason}, false) END
        FROM control.create_accounts(${JSON.stringify(wanted)}::jsonb, false) c`;
    }),
  );
}

/**
 * Takes one tenant from the state that was planned from to the one that was planned, in one transaction.
 * @throws AzoraError CONFLICT (it is in another state by now), ILLEGAL_STEP, LEGAL_HOLD, NOT_FOUND, NOT_PERMITTED
 */
export async function changeOne(connection: ControlConnection, step: Change, plan: Plan): Promise<void> {
  const { id, before } = step;
  const { slug } = before;
  await attempt(connection, { action: "tenant.apply", accountId: id, slug }, () =>
    // In a snapshot a change by somebody else after the look is a conflict, not a surprise.
    inTransaction(connection, false, (tx) => change(tx, step, plan), "RepeatableRead"),
  );
}

async function change(tx: ControlTransaction, { id, before, after }: Change, { reason, pruneAfterSeconds }: Plan): Promise<void> {
  const row = await tx.account.findUnique({ where: { id }, select: TENANT_SELECTION });
  if (!row || differing(stateOf(toTenant(row)), before).length > 0) throw moved(before.slug);
  const changed = new Set(differing(before, after));
  if ((["name", "ownerEmail", "region", "metadata"] as const).some((field) => changed.has(field))) {
    await tx.$queryRaw`SELECT control.update_account(${id}::uuid, NULL, ${after.name}, ${after.region ?? ""},
      ${JSON.stringify(patch(before.metadata, after.metadata))}::jsonb, ${after.ownerEmail})`;
  }
  if (changed.has("plan")) await tx.$queryRaw`SELECT control.change_plan(${id}::uuid, ${after.plan})`;
  if (!changed.has("status")) return;
  if (after.status === "active") await tx.$queryRaw`SELECT control.resume_account(${id}::uuid)`;
  // Nothing is purged that was active a moment ago.
  else if (before.status !== "suspended") await tx.$queryRaw`SELECT control.suspend_account(${id}::uuid, ${reason}, false)`;
  if (after.status === "purge-scheduled") {
    await tx.$queryRaw`SELECT control.schedule_purge(${id}::uuid, ${reason}, make_interval(secs => ${pruneAfterSeconds}))`;
  }
}

/** What control.update_account() merges: each key that is to be, and null for each that is to go. */
function patch(before: TenantState["metadata"], after: TenantState["metadata"]): Readonly<Record<string, unknown>> {
  return { ...Object.fromEntries(Object.keys(before).map((key) => [key, null])), ...after };
}
