import type { Lines } from "../wire/copy-out.js";
import type { FieldType, Log, LogFilter } from "./log.js";
import { Reading } from "./reading.js";
import { parseSnapshot, snapshotText } from "./snapshot.js";

/** A log on its way out. */
export interface LogExport {
  /** Where the next export continues: what comes after it is what this one has not seen. */
  readonly cursor: string;
  /** What each field of an entry holds, in the order in which they are written. */
  readonly fields: Readonly<Record<string, FieldType>>;
  /** To be read once, to its end or not; the transaction ends with it. */
  readonly lines: AsyncIterable<Lines>;
}

/** What of a log is exported, and how. */
export interface ExportQuery extends LogFilter {
  /** The cursor of an earlier export: only what that one had not seen. */
  readonly after?: string;
  /** Fields of JSON as texts: whoever parses a line then has their digits as they were. */
  readonly jsonAsText?: boolean;
}

/**
 * Begins to read a log as of now.
 * @throws AzoraError INVALID_INPUT, and as the log's attempt() says
 */
export async function openExport(log: Log, { after, jsonAsText = false, ...filter }: ExportQuery): Promise<LogExport> {
  const from = after === undefined ? undefined : parseSnapshot(after);
  const reading = await Reading.open(log);
  async function* lines(): AsyncGenerator<Lines> {
    try {
      yield* reading.lines({ filter, jsonAsText, ...(from && { after: from }) });
    } finally {
      await reading.close();
    }
  }
  const fields = Object.fromEntries(Object.entries(log.fields).map(([name, { type }]) => [name, type]));
  return { cursor: snapshotText(reading.snapshot), fields, lines: lines() };
}
