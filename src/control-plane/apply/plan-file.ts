import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { AzoraError } from "../../errors.js";
import type { Plan } from "./plan.js";
import { canonical } from "./state.js";

/** SHA-256 of everything that a plan says, in hex. */
export function fingerprintOf(plan: Plan): string {
  return createHash("sha256").update(canonical(plan)).digest("hex");
}

/** A plan as it is kept in a file until somebody applies it. */
export function writePlan(plan: Plan): string {
  return `${JSON.stringify({ fingerprint: fingerprintOf(plan), plan }, null, 2)}\n`;
}

/**
 * Reads a plan back, if it is exactly what was written.
 * @param file for messages
 * @throws AzoraError INVALID_INPUT, CONFLICT for one that was edited
 */
export function readPlan(text: string, file: string): Plan {
  const { fingerprint, plan } = parse(text, file);
  if (plan?.version !== 1 || !Array.isArray(plan.steps)) throw noPlan(file);
  if (fingerprint === fingerprintOf(plan)) return plan;
  throw new AzoraError("CONFLICT", `The plan in ${file} was changed after it was made. Nothing was changed.`, {
    hint: "Make a new one: `azora tenant:apply -f … --plan-out …`.",
  });
}

/** The same from a file. @throws AzoraError NOT_FOUND, INVALID_INPUT, CONFLICT */
export function readPlanFile(file: string): Plan {
  try {
    return readPlan(readFileSync(file, "utf8"), file);
  } catch (error) {
    if (error instanceof AzoraError) throw error;
    throw new AzoraError("NOT_FOUND", `The plan ${file} can't be read (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
}

function parse(text: string, file: string): { readonly fingerprint?: string; readonly plan?: Plan } {
  try {
    return JSON.parse(text) as { fingerprint?: string; plan?: Plan };
  } catch (error) {
    throw noPlan(file, error);
  }
}

function noPlan(file: string, cause?: unknown): AzoraError {
  return new AzoraError("INVALID_INPUT", `${file} is no plan of this azora.`, {
    hint: "`azora tenant:apply -f FILE --plan-out PLAN` writes one; `-f` takes the manifest itself.",
    cause,
  });
}
