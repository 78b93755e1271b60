import type { Entry } from "./perform.js";
import { type Operation, operationsOf, type Step } from "./program.js";
import type { LogLine, Trace } from "./traces.js";

const READS = new Set([
  "findMany",
  "findFirst",
  "findFirstOrThrow",
  "findUnique",
  "findUniqueOrThrow",
  "count",
  "aggregate",
  "groupBy",
]);

/**
 * Reads that came back and are not in the log: each has at least one line, with the actor who
 * read. A failed one may have a line or none; a line tells nothing else here.
 */
export function unloggedReads({ entries, log }: Trace): string[] {
  return entries.flatMap((entry) => {
    const due = readsOf(entry);
    const found = log.filter((line) => line.operation === "read" && line.actor === entry.actor).length;
    return found < due ? [`${entry.actor} has read ${due} times and the log has ${found} of them`] : [];
  });
}

function readsOf({ step, answers, done }: Entry): number {
  // Rows seen in a session that the server then ended can't be logged; those of a transaction
  // that ran out of time aren't told one by one.
  if (step.kind === "killed") return 0;
  if (step.kind === "interactive" && (step.end === "kill" || step.end === "timeout")) return 0;
  if (step.kind === "batch" && !done) return 0;
  if (step.kind === "interactive" && isLoggedElsewhere(step, { done, answers })) return 0;
  const came = operationsOf(step).filter((operation, at) => answers[at]?.ok && isRead(operation));
  // Prisma makes one statement of the findUnique calls of one client and tick.
  if (step.kind === "tick" && step.oneClient) return Math.min(1, came.length);
  return came.length;
}

/**
 * Where a transaction can't log at its own end, its lines leave by another connection and nobody waits for
 * them: a suspension may come first. unwiped.test.ts sees them arrive where nothing does.
 */
function isLoggedElsewhere(
  step: Extract<Step, { kind: "interactive" }>,
  { done, answers }: Pick<Entry, "done" | "answers">,
): boolean {
  const endsEarly = step.operations.some(
    (operation) => operation.kind === "raw" && /^(COMMIT|ROLLBACK|BEGIN)/.test(operation.sql),
  );
  const isRefused =
    !done && step.end === "commit" && (step.swallow || answers.slice(0, step.operations.length).every(({ ok }) => ok));
  return endsEarly || isRefused;
}

function isRead(operation: Operation): boolean {
  if (operation.kind === "raw") return operation.door.startsWith("$queryRaw") && operation.sql.startsWith("SELECT");
  return READS.has(operation.method);
}

/** Lines of the log that are about writes. */
export function writesIn(log: readonly LogLine[]): LogLine[] {
  return log.filter(({ operation }) => operation !== "read");
}
