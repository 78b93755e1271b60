import type { Contender, ContenderKind, Place } from "./contenders/contender.js";
import { type ContenderName, kindOf } from "./contenders/index.js";
import { type CpuShares, profileCpu } from "./cpu-profile.js";
import type { Operation } from "./operations.js";

/**
 * The process of one contender. Each has its own, so that none is measured on the heap
 * and the compiled code of another. It does one round when told, and nothing in between.
 */

export interface RoundRequest {
  readonly operation: Operation;
  readonly callers: number;
  /** Which of the places given at the start. */
  readonly place: number;
  /** No call begins later. */
  readonly milliseconds: number;
  /** No more calls than these, where the number matters and not the time. */
  readonly calls?: number;
  /** Go on behind a call that fails, and count. */
  readonly countFailures?: boolean;
  /** Look whose code runs: takes time of its own. */
  readonly profile?: boolean;
}

export interface RoundResult {
  readonly calls: number;
  /** From the first call to the last answer. */
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly maxMs: number;
  readonly failures: number;
  /** Why a call failed; the first one's. */
  readonly error?: string;
  readonly cpu?: CpuShares;
}

/** One call, to see that it does what is measured. */
export interface TrialRequest {
  readonly trial: Operation;
}

export interface TrialResult {
  /** Rows that the library returned, and how many of them belong to another account. */
  readonly rows: number;
  readonly foreign: number;
  readonly error?: string;
}

export interface StartRequest {
  readonly contender: ContenderName;
  readonly places: readonly Place[];
}

let kind: ContenderKind;
let places: readonly Place[] = [];
const opened = new Map<number, Promise<Contender>>();

function contenderAt(place: number): Promise<Contender> {
  let contender = opened.get(place);
  if (!contender) {
    contender = kind.open(places[place] as Place);
    opened.set(place, contender);
  }
  return contender;
}

async function round({
  operation,
  callers,
  place,
  milliseconds,
  calls = Number.POSITIVE_INFINITY,
  countFailures = false,
  profile,
}: RoundRequest): Promise<RoundResult> {
  const contender = await contenderAt(place);
  const call = contender.operations[operation];
  const latencies: number[] = [];
  const start = performance.now();
  let begun = 0;
  let failures = 0;
  let error: string | undefined;
  const mayGoOn = () => error === undefined || countFailures;
  const caller = async () => {
    while (mayGoOn() && begun < calls && performance.now() - start < milliseconds) {
      begun++;
      const before = performance.now();
      try {
        await call();
      } catch (thrown) {
        failures++;
        error ??= lastLine(thrown);
      }
      latencies.push(performance.now() - before);
    }
  };
  const allCallers = () => Promise.all(Array.from({ length: callers }, caller));
  const cpu = profile ? await profileCpu(allCallers) : void (await allCallers());
  const elapsedMs = performance.now() - start;
  latencies.sort((a, b) => a - b);
  return {
    calls: latencies.length,
    elapsedMs,
    p50Ms: latencies[latencies.length >> 1] ?? Number.NaN,
    maxMs: latencies.at(-1) ?? Number.NaN,
    failures,
    ...(error !== undefined && { error }),
    ...(cpu && { cpu }),
  };
}

async function tryOnce({ trial }: TrialRequest): Promise<TrialResult> {
  const contender = await contenderAt(0);
  try {
    const result = await contender.operations[trial]();
    const rows = (Array.isArray(result) ? result : [result]).filter((row) => row) as Record<string, unknown>[];
    const own = places[0]?.accountId;
    return { rows: rows.length, foreign: rows.filter((row) => (row.accountId ?? row.account_id) !== own).length };
  } catch (thrown) {
    return { rows: 0, foreign: 0, error: lastLine(thrown) };
  }
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? text;
}

process.on("message", async (request: StartRequest | TrialRequest | RoundRequest) => {
  if ("contender" in request) {
    kind = kindOf(request.contender);
    places = request.places;
    process.send?.({});
  } else {
    process.send?.("trial" in request ? await tryOnce(request) : await round(request));
  }
});
process.once("disconnect", async () => {
  for (const contender of opened.values()) await (await contender).close().catch(() => undefined);
  process.exit();
});
