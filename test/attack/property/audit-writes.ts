import { isDeepStrictEqual } from "node:util";
import { writesIn } from "./audit-reads.js";
import { MODELS, type ModelName } from "./models.js";
import type { Entry } from "./perform.js";
import { type ModelCall, type Operation, operationsOf } from "./program.js";
import type { LogLine, Trace } from "./traces.js";

type Values = Readonly<Record<string, unknown>>;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$/;

/** A session's TimeZone shows in the log's text of a time; the time is the same. */
function instants(values: Values | null): Values | null {
  if (values === null) return null;
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "string" && TIME.test(value) ? inUtc(value) : value]),
  );
}

/** To the microsecond, which a Date can't hold. */
function inUtc(time: string): string {
  const [, fraction = ""] = /\.(\d+)/.exec(time) ?? [];
  return `${new Date(time).toISOString().slice(0, 19)}.${fraction}`;
}

/** SQL that ends a transaction before its time: what was done until then may stay. */
const ENDS_EARLY = /^(COMMIT|ROLLBACK|BEGIN)/;

/** What is wrong with the log of writes, held against what each actor did. */
export function wrongWrites({ log, entries }: Trace): string[] {
  const writes = writesIn(log);
  return entries.flatMap((entry) => wrongOf(entry, writes));
}

/**
 * The log of writes, done again line by line from nothing, has to give the tenant's rows to
 * the last column: no change is missing, none is there twice, none has another row's values.
 */
export function replayLog({ log, rows }: Trace): string[] {
  const state = new Map<string, Values>();
  const wrong: string[] = [];
  for (const line of writesIn(log)) {
    const { operation, subject, row_id } = line;
    const [old_values, new_values] = [instants(line.old_values), instants(line.new_values)];
    const key = `${subject} ${row_id}`;
    const before = state.get(key);
    const fits =
      operation === "create"
        ? before === undefined && old_values === null
        : before !== undefined &&
          Object.entries(old_values ?? {}).every(([name, value]) => isDeepStrictEqual(before[name], value));
    if (!fits) wrong.push(`the log has a line that doesn't fit what it had before: ${JSON.stringify(line)}`);
    if (operation === "delete") {
      if (!isDeepStrictEqual(before, old_values)) wrong.push(`the log misses values of a deleted row: ${JSON.stringify(line)}`);
      state.delete(key);
    } else state.set(key, { ...before, ...new_values });
  }
  for (const { subject, values: now } of rows) {
    const values = instants(now) ?? {};
    const key = `${subject} ${values.id}`;
    if (!isDeepStrictEqual(state.get(key), values)) {
      wrong.push(`the log gives another row than there is: ${JSON.stringify(state.get(key))}, not ${JSON.stringify(values)}`);
    }
    state.delete(key);
  }
  for (const key of state.keys()) wrong.push(`the log has a row that isn't there: ${key}`);
  return wrong;
}

function wrongOf({ actor, step, done, answers }: Entry, writes: readonly LogLine[]): string[] {
  const own = writes.filter((line) => line.actor === actor);
  const operations = operationsOf(step);
  const early = operations.some((operation) => operation.kind === "raw" && ENDS_EARLY.test(operation.sql));
  const harmless = step.kind === "tick" || step.kind === "suspended" || (!done && !early);
  if (harmless && own.length > 0)
    return [`${actor} has written nothing that holds, and the log says otherwise: ${JSON.stringify(own)}`];
  const [operation, answer] = [operations[0], answers[0]];
  if (step.kind !== "single" || !done || !operation || !answer) return [];
  return miscounted(operation, answer.text, own).map((text) => `${actor}: ${text}`);
}

/** Methods that tell how many rows they wrote, and those that write exactly one in any case. */
const COUNTED: Readonly<Record<string, LogLine["operation"]>> = {
  createMany: "create",
  updateMany: "update",
  deleteMany: "delete",
};
const ONE: Readonly<Record<string, LogLine["operation"]>> = { create: "create", delete: "delete" };

function miscounted(operation: Operation, answer: string, own: readonly LogLine[]): string[] {
  if (operation.kind !== "call") return [];
  const { method, model } = operation as ModelCall;
  const kind = COUNTED[method] ?? ONE[method];
  if (!kind || !(model in MODELS)) return [];
  const { table } = MODELS[model as ModelName];
  const found = own.filter((line) => line.operation === kind && line.subject === table).length;
  const said = COUNTED[method] ? Number((JSON.parse(answer) as { count: number }).count) : 1;
  // A create may make more rows of its own table below it.
  const fits = method === "create" ? found >= 1 : found === said;
  return fits ? [] : [`${model}.${method} wrote ${said}, the log has ${found}`];
}
