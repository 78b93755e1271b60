import { setTimeout as sleep } from "node:timers/promises";
import { AzoraError } from "../../errors.js";
import { eachLine } from "./entries.js";
import type { Log, LogFilter } from "./log.js";
import { idOf, type LinesQuery, Reading } from "./reading.js";
import { parseSnapshot, type Snapshot } from "./snapshot.js";

export interface TailOptions {
  /** How many of the entries that are there already, up to 1000. */
  readonly lines: number;
  /** Go on with what is written from now on, until the caller stops. */
  readonly follow: boolean;
  readonly filter?: LogFilter;
  /** A cursor: begin with what it had not seen, and not with the last lines. */
  readonly after?: string;
  /** How long to wait before looking again, in milliseconds. */
  readonly intervalMs?: number;
  /** Told when the database can't be reached, before it is tried again. */
  readonly onTrouble?: (error: AzoraError) => void;
}

const LONGEST_WAIT_MS = 30_000;
/** Entries that are read at once, and held until they are taken. */
const PAGE = 1000;

interface Look {
  readonly lines: readonly string[];
  readonly snapshot: Snapshot;
}

/**
 * The end of a log, and with `follow` whatever is added to it: each entry once, in whatever order transactions
 * commit, over lost connections and restarts of the server. It asks again and again instead of listening: NOTIFY
 * doesn't pass a pooler in transaction mode, and is lost while a connection is down.
 *
 * What is asked for is what the last complete look had not seen. More of it than a page is read in the
 * order of ids, up to what the first page could see, and no transaction is open while the caller takes them.
 * @returns entries as lines of JSON, without the line's end
 * @throws AzoraError INVALID_INPUT; NOT_PERMITTED; connection errors without `follow`, or when it begins
 */
export async function* tailLog(log: Log, options: TailOptions): AsyncGenerator<string> {
  const { lines, follow, filter = {}, after, intervalMs = 1000, onTrouble } = options;
  let seen: Snapshot;
  if (after === undefined) {
    const first = await look(log, { filter, last: lines });
    seen = first.snapshot;
    yield* first.lines;
    if (!follow) return;
    await sleep(intervalMs);
  } else seen = parseSnapshot(after);

  let page: { readonly upTo: Snapshot; readonly afterId: string } | undefined;
  let wait = intervalMs;
  for (;;) {
    try {
      const found = await look(log, { filter, after: seen, ...page, first: PAGE });
      yield* found.lines;
      wait = intervalMs;
      const last = found.lines.at(-1);
      if (last && found.lines.length === PAGE) {
        page = { upTo: page?.upTo ?? found.snapshot, afterId: idOf(last) };
        continue;
      }
      seen = page?.upTo ?? found.snapshot;
      page = undefined;
    } catch (error) {
      if (!follow || !(error instanceof AzoraError) || error.code !== "UNREACHABLE") throw error;
      onTrouble?.(error);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
    if (!follow) return;
    await sleep(wait);
  }
}

/** All that one page holds, or nothing: what broke off in the middle is asked for again. */
async function look(log: Log, query: LinesQuery): Promise<Look> {
  const reading = await Reading.open(log);
  try {
    const lines: string[] = [];
    for await (const line of eachLine(reading.lines(query))) lines.push(line);
    return { lines, snapshot: reading.snapshot };
  } finally {
    await reading.close();
  }
}
