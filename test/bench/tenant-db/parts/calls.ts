import { median, shuffled } from "../../statistics.js";
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

export interface CellResult {
  readonly contender: ContenderName;
  /** Time a call, µs: the median of the rounds, each its whole time by its calls. NaN when it failed. */
  readonly microseconds: number;
  /** By the same round's time of stock Prisma: the median of the rounds. NaN without stock. */
  readonly toStock: number;
  /** The median call of the median round, µs. */
  readonly p50: number;
  readonly error?: string;
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
  readonly means: number[];
  readonly p50s: number[];
  error?: string;
}

async function measureCell(runners: Runners, { operation, callers, place, options }: CellRequest): Promise<CellResult[]> {
  const request = { operation, callers, place, milliseconds: options.roundMs };
  const taken = new Map<ContenderName, Rounds>();
  for (const contender of runners.keys()) taken.set(contender, { means: [], p50s: [] });
  // The first round warms connections, statements and compiled code; it isn't counted.
  for (let round = -1; round < options.rounds; round++) {
    for (const [contender, runner] of shuffled([...runners])) {
      const rounds = taken.get(contender) as Rounds;
      if (rounds.error !== undefined) continue;
      const { error, elapsedMs, calls, p50Ms } = await runner.round(request);
      if (error !== undefined) rounds.error = error;
      if (round < 0) continue;
      rounds.means.push((elapsedMs * 1000 * callers) / calls);
      rounds.p50s.push(p50Ms * 1000);
    }
  }
  const stock = taken.get("stock")?.means ?? [];
  return [...taken].map(([contender, { means, p50s, error }]) => ({
    contender,
    microseconds: error === undefined ? median(means) : Number.NaN,
    toStock: error === undefined ? median(stock.map((time, round) => (means[round] as number) / time)) : Number.NaN,
    p50: error === undefined ? median(p50s) : Number.NaN,
    ...(error !== undefined && { error }),
  }));
}
