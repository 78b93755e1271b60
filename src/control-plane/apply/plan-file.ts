import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { AzoraError } from "../../errors.js";
import { parseJson } from "../../parse-json.js";
import { anything, count, listOf, mapOf, oneOf, orNull, record, type Shape, text } from "../../shape.js";
import type { KeptTenant } from "../kept-tenant.js";
import type { Plan, PlannedStep } from "./plan.js";
import { canonical, type TenantState } from "./state.js";

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
export function readPlan(content: string, file: string): Plan {
  const { fingerprint, plan } = parse(content, file);
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

interface PlanFile {
  readonly fingerprint: string;
  readonly plan: Plan;
}

// Anybody can make a fingerprint: what is behind it is looked at too.
const isState = record({
  ...{ slug: text, name: text, ownerEmail: text, plan: orNull(text), region: orNull(text), metadata: mapOf(anything) },
  status: oneOf("provisioning", "active", "suspended", "purge-scheduled", "purging"),
} satisfies Record<keyof TenantState, Shape>);

const isStep = record({
  action: oneOf("create", "update", "prune"),
  id: orNull(text),
  before: orNull(isState),
  after: isState,
} satisfies Record<keyof PlannedStep, Shape>);

const isPlan = record({
  version: oneOf(1),
  ...{ installation: text, reason: text, pruneAfterSeconds: orNull(count), unchanged: count },
  steps: listOf(isStep),
  kept: listOf(record({ slug: text, code: text, message: text } satisfies Record<keyof KeptTenant, Shape>)),
} satisfies Record<keyof Plan, Shape>);

const isPlanFile = record({ fingerprint: text, plan: isPlan } satisfies Record<keyof PlanFile, Shape>);

function parse(content: string, file: string): PlanFile {
  let parsed: unknown;
  try {
    parsed = parseJson(content);
  } catch (error) {
    throw noPlan(file, error);
  }
  if (!isPlanFile(parsed)) throw noPlan(file);
  return parsed as PlanFile;
}

function noPlan(file: string, cause?: unknown): AzoraError {
  return new AzoraError("INVALID_INPUT", `${file} is no plan of this azora.`, {
    hint: "`azora tenant:apply -f FILE --plan-out PLAN` writes one; `-f` takes the manifest itself.",
    cause,
  });
}
