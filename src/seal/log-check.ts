import type { Chain, SealProblem } from "./chain.js";
import type { Checkpoint } from "./checkpoint.js";
import { CONTROL_PLANE, compareIds, type LogName, readLine, type SealedLine } from "./line.js";
import { MerkleTree } from "./merkle.js";

interface Range {
  readonly checkpoint: Checkpoint;
  readonly tree: MerkleTree;
}

/** So many problems are told one by one; a log that was rewritten has one in every row. */
export const MOST_PROBLEMS = 1000;
/** As much as a clock may be put back without its rows looking like a forger's. */
const CLOCK_MS = 60_000;

/**
 * Takes the lines of one log in the order of their ids and holds them against its checkpoints. It keeps one node a level of
 * each range, and so the same memory whatever the log's length.
 */
export class LogCheck {
  readonly problems: SealProblem[] = [];
  /** More problems than are told. */
  untold = 0;
  rows = 0;
  sealed = 0;
  readonly #ranges: readonly Range[];
  #at = 0;
  #before: string | undefined;

  constructor(
    private readonly log: LogName,
    private readonly chain: Chain,
    /** The last checkpoint whose rows went by a signed retention. */
    private readonly removedThrough = 0,
  ) {
    this.#ranges = chain.signed.map((checkpoint) => ({ checkpoint, tree: new MerkleTree() }));
  }

  add(text: string): void {
    this.rows++;
    const line = readLine(text);
    if (!line) {
      this.#tell({ checkpoint: null, row: null, what: `line ${this.rows} is no line of a log that azora exported` });
      return;
    }
    const { id, leaf, said } = line;
    const range = this.rangeOf(line);
    const checkpoint = range?.checkpoint.sequence ?? null;
    if (line.log !== this.log) this.#tell({ checkpoint, row: id, what: `the row is one of another log: ${line.log}` });
    if (this.#before !== undefined && compareIds(this.#before, id) >= 0) {
      this.#tell({ checkpoint, row: id, what: "the row doesn't stand where its id belongs, or stands there twice" });
    }
    this.#before = id;
    if (leaf.toString("hex") !== said) this.#tell({ checkpoint, row: id, what: CHANGED });
    if (range && range.checkpoint.sequence <= this.removedThrough) {
      this.#tell({
        checkpoint,
        row: id,
        what: "the row lies in a range that a signed retention removed: it was put back, or made up",
      });
    } else if (range) {
      this.sealed++;
      range.tree.append(leaf);
    } else if (this.#isBackdated(line)) {
      this.#tell({ checkpoint, row: id, what: "the row was written after the last checkpoint and says that it is older" });
    }
  }

  /** The first checkpoint that covers a row; nothing for one that isn't sealed yet. */
  rangeOf({ id, transactionId }: Pick<SealedLine, "id" | "transactionId">): Range | undefined {
    const ranges = this.#ranges;
    const endOf = (at: number) => ranges[at]?.checkpoint.lastId ?? "";
    if (this.#at > 0 && compareIds(endOf(this.#at - 1), id) >= 0) this.#at = 0;
    while (this.#at < ranges.length && compareIds(endOf(this.#at), id) < 0) this.#at++;
    for (let at = this.#at; at < ranges.length; at++) {
      const range = ranges[at] as Range;
      if (transactionId < range.checkpoint.transactionsBelow) return range;
    }
    return undefined;
  }

  /** Ranges that don't hold the rows that were sealed, to be called when all lines are in. */
  broken(): readonly Checkpoint[] {
    return this.#ranges
      .filter(({ checkpoint }) => checkpoint.sequence > this.removedThrough && this.chain.isBounded(checkpoint))
      .filter(({ checkpoint, tree }) => tree.size !== checkpoint.rows || tree.root() !== checkpoint.root)
      .map(({ checkpoint }) => checkpoint);
  }

  /** How many rows a range has here. */
  sizeOf({ sequence }: Checkpoint): number {
    return this.#ranges.find(({ checkpoint }) => checkpoint.sequence === sequence)?.tree.size ?? 0;
  }

  #tell(problem: SealProblem): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
    else this.untold++;
  }

  /** Its transaction began after the last checkpoint, so its id can't lie among the ids that were there by then. */
  #isBackdated({ log, id, transactionId }: SealedLine): boolean {
    const last = this.chain.signed.at(-1);
    if (!last || transactionId < last.transactionsBegun || compareIds(id, last.lastId) >= 0) return false;
    return log === CONTROL_PLANE || timeOf(last.lastId) - timeOf(id) > CLOCK_MS;
  }
}

export const CHANGED = "the row was changed: it doesn't hash to what it did when it was written";

/** Milliseconds since 1970 in a UUID of version 7. */
function timeOf(uuid: string): number {
  return Number.parseInt(uuid.replace("-", "").slice(0, 12), 16);
}
