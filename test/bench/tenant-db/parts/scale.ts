import { median, quantile, shuffled } from "../../statistics.js";
import type { ContenderName } from "../contenders/index.js";
import type { Operation } from "../operations.js";
import type { Options } from "../options.js";
import { Runner } from "../runner.js";
import type { Stage } from "../stage.js";
import { tryOperation } from "../trial.js";

/** What an operation of one tenant costs among few and among many of its like. */
export interface Slowdown {
  readonly operation: Operation;
  readonly contender: ContenderName;
  readonly few: number;
  readonly many: number;
  readonly fewMicroseconds: number;
  readonly manyMicroseconds: number;
  /** Many by few, of the same round: the median of the rounds. */
  readonly slowdown: number;
  readonly quartiles: readonly [number, number];
}

const FEW = 10;
const WORK: readonly Operation[] = ["findUnique", "findMany", "create", "update"];
/** Stock shows what deeper indexes cost anyway. */
const COMPARED: readonly ContenderName[] = ["stock", "azora"];

/** The same tenant's calls, with the same rows, in tables of 10 tenants and of many. */
export async function measureScale(stage: Stage, options: Options): Promise<Slowdown[]> {
  const runners: { readonly contender: ContenderName; readonly tenants: number; readonly runner: Runner }[] = [];
  try {
    for (const contender of COMPARED) {
      for (const tenants of [FEW, options.manyTenants]) {
        const place = await stage.place(contender, { tenants, withRevisions: false });
        const runner = await Runner.start({ contender, places: [place] });
        runners.push({ contender, tenants, runner });
        for (const operation of WORK) await tryOperation({ contender, operation, runner, ...place });
      }
    }
    const results: Slowdown[] = [];
    for (const operation of WORK) {
      process.stderr.write(`${operation}, ${FEW} and ${options.manyTenants} tenants …\n`);
      await stage.checkpoint();
      const times = new Map<Runner, number[]>(runners.map(({ runner }) => [runner, []]));
      for (let round = -1; round < options.rounds; round++) {
        for (const { runner } of shuffled(runners)) {
          const { p50Ms, error } = await runner.round({
            operation,
            callers: 1,
            place: 0,
            milliseconds: options.roundMs,
          });
          if (error !== undefined) throw new Error(`${operation} failed: ${error}`);
          if (round >= 0) times.get(runner)?.push(p50Ms * 1000);
        }
      }
      for (const contender of COMPARED) {
        const timesAmong = (tenants: number) =>
          times.get(runners.find((one) => one.contender === contender && one.tenants === tenants)?.runner as Runner) ?? [];
        const [few, many] = [timesAmong(FEW), timesAmong(options.manyTenants)];
        const slowdowns = many.map((time, round) => time / (few[round] as number));
        results.push({
          operation,
          contender,
          few: FEW,
          many: options.manyTenants,
          fewMicroseconds: median(few),
          manyMicroseconds: median(many),
          slowdown: median(slowdowns),
          quartiles: [quantile(slowdowns, 0.25), quantile(slowdowns, 0.75)],
        });
      }
    }
    return results;
  } finally {
    for (const { runner } of runners) await runner.stop();
  }
}
