import { median, quantile, shuffled } from "../../statistics.js";
import type { ContenderName } from "../contenders/index.js";
import type { Operation } from "../operations.js";
import type { Options } from "../options.js";
import { Runner } from "../runner.js";
import type { Stage } from "../stage.js";
import { tryOperation } from "../trial.js";

/** One operation, latency and number of callers: what everybody took. */
export interface Cell {
  readonly operation: Operation;
  readonly latency: number;
  readonly callers: number;
  readonly results: readonly CellResult[];
}

/** What one contender took, round by round, in µs. Rounds of the same number are neighbours in time. */
export interface CellResult {
  readonly contender: ContenderName;
  /** The median call of each round. */
  readonly medians: readonly number[];
  /** The mean call of each round: the whole round by its calls, with whatever interrupted it. */
  readonly means: readonly number[];
  /** Why it can't be said; the first error. */
  readonly error?: string;
}

/** One by the other, round by round. NaN where one of them failed. */
export interface Ratio {
  readonly median: number;
  /** Between these lie the middle half of the rounds. */
  readonly quartiles: readonly [number, number];
  /** The same as `median`, of the mean calls. */
  readonly ofMeans: number;
}

export function ratioOf(above: CellResult, below: CellResult): Ratio {
  const isKnown = above.error === undefined && below.error === undefined;
  const byRound = (of: "medians" | "means") =>
    isKnown ? above[of].map((time, round) => time / (below[of][round] ?? Number.NaN)) : [];
  const medians = byRound("medians");
  return {
    median: median(medians),
    quartiles: [quantile(medians, 0.25), quantile(medians, 0.75)],
    ofMeans: median(byRound("means")),
  };
}

const ROWS = { tenants: 100, withRevisions: true };

/** Measures every combination that the options ask for, everybody in turn, in random order. */
export async function measureCalls(stage: Stage, options: Options): Promise<Cell[]> {
  const runners = await startRunners(stage, options);
  try {
    const cells: Cell[] = [];
    for (const [place, latency] of options.latencies.entries()) {
      for (const operation of options.operations) {
        await stage.checkpoint();
        for (const callers of options.callers) {
          process.stderr.write(`${operation}, ${latency} ms, ${callers} caller${callers === 1 ? "" : "s"} …\n`);
          cells.push({
            operation,
            latency,
            callers,
            results: await measureCell(runners, { operation, callers, place, options }),
          });
        }
      }
    }
    return cells;
  } finally {
    for (const runner of runners.values()) await runner.stop();
  }
}

type Runners = ReadonlyMap<ContenderName, Runner>;

async function startRunners(stage: Stage, { contenders, latencies, operations }: Options): Promise<Runners> {
  const runners = new Map<ContenderName, Runner>();
  for (const contender of contenders) {
    const place = await stage.place(contender, ROWS);
    const places = [];
    for (const latency of latencies) {
      places.push(latency === 0 ? place : { ...place, url: (await stage.line(latency)).url(place.url) });
    }
    const runner = await Runner.start({ contender, places });
    runners.set(contender, runner);
    const { ownerUrl, accountId } = place;
    for (const operation of operations) await tryOperation({ contender, operation, runner, ownerUrl, accountId });
  }
  return runners;
}

interface CellRequest {
  readonly operation: Operation;
  readonly callers: number;
  readonly place: number;
  readonly options: Options;
}

interface Rounds {
  readonly medians: number[];
  readonly means: number[];
  error?: string;
}

async function measureCell(runners: Runners, { operation, callers, place, options }: CellRequest): Promise<CellResult[]> {
  const request = { operation, callers, place, milliseconds: options.roundMs };
  const taken = new Map<ContenderName, Rounds>();
  for (const contender of runners.keys()) taken.set(contender, { medians: [], means: [] });
  // The first round warms connections, statements and compiled code; it isn't counted.
  for (let round = -1; round < options.rounds; round++) {
    for (const [contender, runner] of shuffled([...runners])) {
      const rounds = taken.get(contender) as Rounds;
      if (rounds.error !== undefined) continue;
      const { error, elapsedMs, calls, p50Ms } = await runner.round(request);
      if (error !== undefined) rounds.error = error;
      if (round < 0) continue;
      rounds.medians.push(p50Ms * 1000);
      rounds.means.push((elapsedMs * 1000 * callers) / calls);
    }
  }
  return [...taken].map(([contender, rounds]) => ({ contender, ...rounds }));
}
