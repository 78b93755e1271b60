import { AzoraError } from "../../errors.js";

/**
 * Which transactions a reading has seen: PostgreSQL's own snapshot. Rows of a log get their ids and times
 * before their transaction commits, so that "everything after the last id" would miss one that began
 * early and ended late. "Everything that this snapshot has not seen" misses none and has none twice.
 */
export interface Snapshot {
  /** Each transaction below this one has ended. */
  readonly xmin: bigint;
  /** None from this one on had begun. */
  readonly xmax: bigint;
  /** Those in between that had not ended. */
  readonly running: readonly bigint[];
}

const TEXT = /^(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)$/;

/**
 * Reads a snapshot in PostgreSQL's notation, `xmin:xmax:running,running`, which is what users know as a cursor.
 * @throws AzoraError INVALID_INPUT
 */
export function parseSnapshot(text: string): Snapshot {
  const [, xmin, xmax, running] = TEXT.exec(text) ?? [];
  if (xmin && xmax && running !== undefined) {
    return { xmin: BigInt(xmin), xmax: BigInt(xmax), running: running === "" ? [] : running.split(",").map(BigInt) };
  }
  throw new AzoraError("INVALID_INPUT", `"${text}" is not a cursor.`, {
    hint: "Take it as it is from the manifest of an export, or from the result of audit:export --json.",
  });
}

export function snapshotText({ xmin, xmax, running }: Snapshot): string {
  return `${xmin}:${xmax}:${running.join(",")}`;
}

/** The condition, in SQL, for rows that a snapshot did not see. The first part is what an index serves. */
export function unseenBy({ xmin, xmax, running }: Snapshot, column: string): string {
  const among = running.length > 0 ? ` OR ${column} IN (${running.join(", ")})` : "";
  return `(${column} >= ${xmin} AND (${column} >= ${xmax}${among}))`;
}

/** The condition for rows that it did see. */
export function seenBy({ xmin, xmax, running }: Snapshot, column: string): string {
  const among = running.length > 0 ? ` AND ${column} NOT IN (${running.join(", ")})` : "";
  return `(${column} < ${xmin} OR (${column} < ${xmax}${among}))`;
}
