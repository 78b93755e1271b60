import { randomInt } from "node:crypto";
import fc from "fast-check";
import type { Arena } from "./arena.js";
import { judge } from "./judge.js";
import { type Program, sizeOf } from "./program.js";
import { type Mixture, programs } from "./programs.js";
import { render } from "./render.js";

/** How many operations all files together run: 20,000 unless AZORA_ATTACK_OPERATIONS says otherwise. */
export const OPERATIONS = Number(process.env.AZORA_ATTACK_OPERATIONS ?? 20_000);

/** The operations of one campaign: its part of all of them. */
export function share(part: number): number {
  return Math.ceil(OPERATIONS * part);
}

/** Longer than any campaign takes; a hang is told by the step that hangs. */
export const CAMPAIGN_MS = Math.max(600_000, OPERATIONS * 30);

/** From here on a failing program isn't made shorter any more. */
const SHRINKING_MS = 60_000;

/**
 * Where a file's random numbers begin: the same in every run, so that a commit passes or fails by what it changed.
 * AZORA_ATTACK_SEED=random goes where nobody has been.
 */
export const SEED = seedOf(process.env.AZORA_ATTACK_SEED ?? "1");

function seedOf(given: string): number {
  return given === "random" ? randomInt(2 ** 30) : Number(given);
}

/** What a campaign came to. */
export interface Outcome {
  readonly operations: number;
  /** The shortest program found that goes wrong, as code, with what is wrong and how to run it again. */
  readonly failure?: string;
}

export interface Campaign {
  readonly arena: Arena;
  readonly mixture: Mixture;
  readonly operations: number;
  /** Whether a failing program is made shorter. */
  readonly shrink?: boolean;
  /** How a run is judged. */
  readonly by?: (arena: Arena, program: Program) => Promise<string[]>;
  /** Where the random numbers begin; by default AZORA_ATTACK_SEED. */
  readonly seed?: number;
  /** How many programs come from one seed. */
  readonly runs?: number;
}

/**
 * Runs random programs until so many operations are done or one goes wrong.
 * AZORA_ATTACK_SEED and AZORA_ATTACK_PATH, as a failure prints them, run that program again.
 */
export async function campaign({
  arena,
  mixture,
  operations,
  shrink = true,
  seed: first = SEED,
  runs = 20,
  by = judge,
}: Campaign): Promise<Outcome> {
  const path = process.env.AZORA_ATTACK_PATH;
  let done = 0;
  for (let seed = first; done < operations; seed++) {
    const round = new Round((program) => by(arena, program), shrink);
    const parameters = { seed, unbiased: true, endOnFailure: !shrink };
    const result = await fc.check(
      fc.asyncProperty(programs(mixture), (program) => round.run(program)),
      path ? { ...parameters, numRuns: 1, path } : { ...parameters, numRuns: runs },
    );
    done += round.operations;
    if (result.failed) {
      // Not a finding: the run itself didn't come to its end.
      if (round.wrong.length === 0) throw result.errorInstance;
      const [program] = result.counterexample as [Program];
      const again = `AZORA_ATTACK_SEED=${seed} AZORA_ATTACK_PATH=${result.counterexamplePath}`;
      return {
        operations: done,
        failure: [...round.wrong.slice(0, 5), "", render(program), `Run it again with ${again}`].join("\n"),
      };
    }
    if (path) break;
  }
  return { operations: done };
}

/** Programs of one seed, and what went wrong in the last one that did. */
class Round {
  operations = 0;
  wrong: readonly string[] = [];
  #shrinkingSince: number | undefined;

  constructor(
    private readonly judge: (program: Program) => Promise<string[]>,
    private readonly shrink: boolean,
  ) {}

  async run(program: Program): Promise<void> {
    // Passing without a look is how a property tells fast-check to leave it at the shortest so far.
    if (this.#shrinkingSince !== undefined && Date.now() - this.#shrinkingSince > SHRINKING_MS) return;
    const wrong = await this.judge(program);
    if (this.#shrinkingSince === undefined) this.operations += sizeOf(program);
    if (wrong.length === 0) return;
    this.wrong = wrong;
    if (this.shrink) this.#shrinkingSince ??= Date.now();
    throw new Error(wrong[0]);
  }
}
