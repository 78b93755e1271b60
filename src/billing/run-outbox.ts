import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import { attempt } from "../control-plane/attempt.js";
import { type ControlTransaction, inTransaction } from "../control-plane/dry-run.js";
import { AzoraError, type ErrorCode } from "../errors.js";
import type { Billing } from "./connection.js";
import { performStep } from "./perform-step.js";
import { claimStep, type Step, type StepKind } from "./step.js";
import { waitingSteps } from "./waiting.js";

export interface RunOutboxInput {
  /** This tenant's steps, and the plans' that they need; everybody's without it, `plans` for none but the plans'. */
  readonly accountId?: string | "plans";
  /** How long a step is nobody else's, in seconds: longer than a request may take. */
  readonly leaseSeconds?: number;
  /** Ends the run between two steps. */
  readonly signal?: AbortSignal;
  readonly onStep?: (finished: FinishedStep) => void;
}

/** How a step ended. */
export interface FinishedStep {
  readonly id: number;
  readonly kind: StepKind;
  readonly accountId: string | null;
  readonly outcome: "done" | "failed" | "later";
  /** What went wrong, and whether money moved; null when it is done. */
  readonly message: string | null;
}

export interface RunOutboxResult {
  readonly done: number;
  readonly failed: number;
  /** Still to do: because Stripe couldn't be reached, behind one that failed, or in another process's hands. */
  readonly waiting: number;
  readonly steps: readonly FinishedStep[];
  /** Why the run ended before all was tried; null when nothing was left to try. */
  readonly stopped: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null } | null;
}

/** Longer than the client's patience with one request and the package's second tries. */
const LEASE_SECONDS = 180;
/** Failures of Stripe or the way to it: nothing is wrong with the step, and the next one would fare no better. */
const PASSING: ReadonlySet<ErrorCode> = new Set(["UNREACHABLE", "LOCKED", "TIMED_OUT", "AUTHENTICATION_FAILED", "NOT_PERMITTED"]);
/** How many steps in a row may fail so before the run gives up. */
const PATIENCE = 3;

/**
 * Does at Stripe what the database has written down, in order, each step once: two runs at the same
 * time share the work, and a run that was killed is gone on with by the next.
 * @throws AzoraError NOT_PERMITTED (role; not connected; a key of the other mode), database errors
 */
export async function runOutbox(billing: Billing, input: RunOutboxInput = {}): Promise<RunOutboxResult> {
  const { accountId, leaseSeconds = LEASE_SECONDS, signal, onStep } = input;
  const worker = randomUUID();
  const steps: FinishedStep[] = [];
  let stopped: RunOutboxResult["stopped"] = null;
  for (let inARow = 0; !stopped && !signal?.aborted; ) {
    const claim = { worker, leaseSeconds, ...(accountId !== undefined && { accountId }) };
    const step = await attempt(billing.control, { action: "billing.run" }, () => claimStep(billing, claim));
    if (!step) break;
    const { finished, error } = await take(billing, step, worker);
    steps.push(finished);
    onStep?.(finished);
    inARow = finished.outcome === "later" ? inARow + 1 : 0;
    if (error && (inARow >= PATIENCE || error.exit === 4))
      stopped = { code: error.code, message: error.message, hint: error.hint ?? null };
  }
  const count = (outcome: FinishedStep["outcome"]) => steps.filter((step) => step.outcome === outcome).length;
  return {
    done: count("done"),
    failed: count("failed"),
    waiting: await waitingSteps(billing.control, accountId),
    steps,
    stopped,
  };
}

interface Taken {
  readonly finished: FinishedStep;
  readonly error?: AzoraError;
}

async function take(billing: Billing, step: Step, worker: string): Promise<Taken> {
  const { id, kind, accountId } = step;
  let result: object;
  try {
    result = await performStep(billing.stripe, step);
  } catch (error) {
    if (error instanceof AzoraError) return putOff(billing, step, { worker, error });
    throw error;
  }
  const answer = JSON.stringify(result);
  await settle(
    billing,
    step,
    (tx) => tx.$queryRaw`SELECT FROM control.finish_billing_step(${id}::bigint, ${worker}, ${answer}::jsonb)`,
  );
  return { finished: { id, kind, accountId, outcome: "done", message: null } };
}

async function putOff(
  billing: Billing,
  step: Step,
  { worker, error }: { readonly worker: string; readonly error: AzoraError },
): Promise<Taken> {
  const { id, kind, accountId } = step;
  const { message } = error;
  const isFinal = !PASSING.has(error.code);
  await settle(
    billing,
    step,
    (tx) =>
      tx.$queryRaw`SELECT FROM control.fail_billing_step(${id}::bigint, ${worker}, ${message}, ${isFinal}, ${wasAnswered(error)})`,
  );
  return { finished: { id, kind, accountId, outcome: isFinal ? "failed" : "later", message }, error };
}

/** Writes down how a step ended; unless another run has taken it over, which then does that. */
async function settle(
  { control }: Billing,
  { accountId }: Step,
  write: (tx: ControlTransaction) => Promise<unknown>,
): Promise<void> {
  const about = { action: "billing.run", ...(accountId !== null && { accountId }) };
  await attempt(control, about, () => inTransaction(control, false, write)).catch((error: unknown) => {
    if (!(error instanceof AzoraError) || error.code !== "CONFLICT") throw error;
  });
}

/** Stripe has kept this answer, and gives it again under the same key for a day. */
function wasAnswered({ cause }: AzoraError): boolean {
  return cause instanceof Stripe.errors.StripeAPIError && cause.code !== "idempotency_key_in_use";
}
