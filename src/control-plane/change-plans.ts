import { AzoraError } from "../errors.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { type ControlTransaction, inTransaction } from "./dry-run.js";
import { type Plan, toPlan } from "./plan.js";

export interface PlanResult {
  /** False when the plan was so already. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly plan: Plan;
}

export interface CreatePlanInput {
  readonly code: string;
  readonly name: string;
  /** Minor units of the currency. */
  readonly amount: number;
  readonly currency: string;
  readonly interval: "month" | "year";
  readonly trialDays: number;
  readonly dryRun: boolean;
}

/**
 * Makes a plan. Where Stripe bills, its price there is asked for in the same transaction.
 * @throws AzoraError INVALID_INPUT, ALREADY_EXISTS, NOT_PERMITTED
 */
export function createPlan(connection: ControlConnection, input: CreatePlanInput): Promise<PlanResult> {
  const { code, name, amount, currency, interval, trialDays } = input;
  checkCode(code);
  checkAmount(amount);
  checkTrial(trialDays);
  if (!/^[A-Za-z]{3}$/.test(currency)) {
    throw new AzoraError("INVALID_INPUT", `"${currency}" is no currency.`, { hint: "Three letters: EUR, USD, JPY." });
  }
  return change(connection, { action: "plan.create", code, dryRun: input.dryRun }, async (tx) => {
    await tx.$queryRaw`SELECT FROM control.create_plan(${code}, ${name.trim()}, ${amount}::integer, ${currency}, ${interval}, ${trialDays}::integer)`;
    return [{ changed: true }];
  });
}

export interface UpdatePlanInput {
  readonly code: string;
  readonly name?: string;
  /** Minor units; another price, which those who subscribed before don't pay. */
  readonly amount?: number;
  readonly trialDays?: number;
  readonly dryRun: boolean;
}

/**
 * Changes a plan for those who subscribe from now on.
 * @throws AzoraError INVALID_INPUT, NOT_FOUND, NOT_PERMITTED
 */
export function updatePlan(connection: ControlConnection, input: UpdatePlanInput): Promise<PlanResult> {
  const { code, name, amount, trialDays } = input;
  if (amount !== undefined) checkAmount(amount);
  if (trialDays !== undefined) checkTrial(trialDays);
  return change(connection, { action: "plan.update", code, dryRun: input.dryRun }, (tx) => {
    const trial = trialDays ?? null;
    return tx.$queryRaw`SELECT control.update_plan(${code}, ${name?.trim() ?? null}, ${amount ?? null}::integer, ${trial}::integer) AS changed`;
  });
}

/**
 * Takes a plan out of sale; who has it keeps it.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export function archivePlan(
  connection: ControlConnection,
  { code, dryRun }: { readonly code: string; readonly dryRun: boolean },
): Promise<PlanResult> {
  return change(
    connection,
    { action: "plan.archive", code, dryRun },
    (tx) => tx.$queryRaw`SELECT control.archive_plan(${code}) AS changed`,
  );
}

interface Change {
  readonly action: string;
  readonly code: string;
  readonly dryRun: boolean;
}

function change(
  connection: ControlConnection,
  { action, code, dryRun }: Change,
  step: (tx: ControlTransaction) => Promise<readonly { readonly changed: boolean }[]>,
): Promise<PlanResult> {
  return attempt(connection, { action }, () =>
    inTransaction(connection, dryRun, async (tx) => {
      const [answer] = await step(tx);
      const row = await tx.plan.findUniqueOrThrow({ where: { code } });
      return { changed: answer?.changed === true, dryRun, plan: toPlan(row) };
    }),
  );
}

/** @throws AzoraError INVALID_INPUT */
function checkCode(code: string): void {
  if (/^[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?$/.test(code)) return;
  throw new AzoraError(
    "INVALID_INPUT",
    `"${code}" is no code of a plan: 1 to 40 lower-case letters, digits, hyphens and underscores.`,
    {
      hint: "For example: team-2027.",
    },
  );
}

/** @throws AzoraError INVALID_INPUT */
function checkAmount(amount: number): void {
  if (Number.isInteger(amount) && amount >= 0 && amount <= 99_999_999) return;
  throw new AzoraError("INVALID_INPUT", "A price is a whole number of minor units, from 0 to 99,999,999.", {
    hint: "19000 is 190.00 EUR.",
  });
}

/** @throws AzoraError INVALID_INPUT */
function checkTrial(days: number): void {
  if (Number.isInteger(days) && days >= 0 && days <= 730) return;
  throw new AzoraError("INVALID_INPUT", "A trial lasts from 0 to 730 days.");
}
