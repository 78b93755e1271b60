import type { Lines } from "../wire/copy-out.js";
import type { FieldType, Log, LogFilter } from "./log.js";
import { Reading } from "./reading.js";
import { parseSnapshot, snapshotText } from "./snapshot.js";

/** A checkpoint or a retention as it is kept. */
export interface CheckpointRow {
  readonly payload: string;
  readonly hash: string;
  readonly keyId: string;
  readonly signature: string;
}

/** A log on its way out. */
export interface LogExport {
  /** Where the next export continues: what comes after it is what this one has not seen. */
  readonly cursor: string;
  /** What each field of an entry holds, in the order in which they are written. */
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Its checkpoints and retentions as of the same moment, where they were asked for. */
  readonly checkpoints: readonly CheckpointRow[];
  /** Hash of its last checkpoint as of the same moment. */
  readonly lastCheckpoint: string | null;
  /** To be read once, to its end or not; the transaction ends with it. */
  readonly lines: AsyncIterable<Lines>;
}

/** What there is to say of an unfiltered export when its last byte was taken. */
export interface FinishedExport {
  /** The cursor that it began with; null where it began with the beginning. */
  readonly after: string | null;
  readonly cursor: string;
  /** Hash of the last checkpoint that it has seen. */
  readonly lastCheckpoint: string | null;
  readonly rows: number;
  /** Of the file, hex. */
  readonly sha256: string;
}

/** What of a log is exported, and how. */
export interface ExportQuery extends LogFilter {
  /** The cursor of an earlier export: only what that one had not seen. */
  readonly after?: string;
  /** Fields of JSON as texts: whoever parses a line then has their digits as they were. */
  readonly jsonAsText?: boolean;
  /** Brings the checkpoints as well. */
  readonly checkpoints?: boolean;
}

/**
 * Begins to read a log as of now.
 * @throws AzoraError INVALID_INPUT, and as the log's attempt() says
 */
export async function openExport(log: Log, query: ExportQuery): Promise<LogExport> {
  const { after, jsonAsText = false, checkpoints: withCheckpoints = false, ...filter } = query;
  const from = after === undefined ? undefined : parseSnapshot(after);
  const reading = await Reading.open(log);
  const checkpoints = withCheckpoints ? await ask<CheckpointRow>(reading, log.checkpoints) : [];
  const [last] = await ask<{ hash: string }>(reading, log.lastCheckpoint);
  async function* lines(): AsyncGenerator<Lines> {
    try {
      yield* reading.lines({ filter, jsonAsText, ...(from && { after: from }) });
    } finally {
      await reading.close();
    }
  }
  const fields = Object.fromEntries(Object.entries(log.fields).map(([name, { type }]) => [name, type]));
  const cursor = snapshotText(reading.snapshot);
  return { cursor, fields, checkpoints, lastCheckpoint: last?.hash ?? null, lines: lines() };
}

async function ask<Row extends object>(reading: Reading, sql: string): Promise<Row[]> {
  try {
    return await reading.rows<Row>(sql);
  } catch (error) {
    await reading.close();
    throw error;
  }
}
