import type { SealProblem } from "./chain.js";
import type { Checkpoint } from "./checkpoint.js";
import { CHANGED } from "./log-check.js";

/** A row of a range as it is now. */
export interface RangeRow {
  readonly id: string;
  /** Hex. */
  readonly leaf: string;
}

/**
 * Says which rows of a range aren't as they were sealed.
 * @param sealed the leaves that the checkpoint's root is made of, hex, in their order
 * @param rows what is in the range now, in the order of the ids
 */
export function locate(checkpoint: Checkpoint, sealed: readonly string[], rows: readonly RangeRow[]): readonly SealProblem[] {
  const problems: SealProblem[] = [];
  const tell = (row: string | null, what: string) => problems.push({ checkpoint: checkpoint.sequence, row, what });
  const wasSealed = new Set(sealed);
  const isHere = new Set(rows.map(({ leaf }) => leaf));
  let at = 0;
  for (const [i, leaf] of sealed.entries()) {
    // What was never sealed and stands where something sealed still follows came in between.
    while (at < rows.length && !wasSealed.has(rows[at]?.leaf ?? "") && isHere.has(leaf)) tell(rows[at++]?.id ?? null, ADDED);
    const row = rows[at];
    if (row?.leaf === leaf) at++;
    else if (!isHere.has(leaf)) {
      if (row && !wasSealed.has(row.leaf)) {
        tell(row.id, CHANGED);
        at++;
      } else tell(null, `row ${(i + 1).toLocaleString("en-US")} of the range, ${between(rows[at - 1], row)}, was deleted`);
    } else {
      tell(row?.id ?? null, "the row doesn't stand where it stood when it was sealed");
      at++;
    }
  }
  for (const { id } of rows.slice(at)) tell(id, ADDED);
  return problems;
}

const ADDED = "the row was inserted after its range was sealed, or changed";

function between(before: RangeRow | undefined, after: RangeRow | undefined): string {
  if (before && after) return `between ${before.id} and ${after.id}`;
  if (before) return `after ${before.id}`;
  return after ? `before ${after.id}` : "the only one";
}
