import type { TrustedKey } from "../signing.js";
import { checkChain, type SealProblem } from "./chain.js";
import { type Checkpoint, readCheckpoint, type SignedCheckpoint } from "./checkpoint.js";
import { type LogName, readLine } from "./line.js";
import { locate, type RangeRow } from "./locate.js";
import { LogCheck, MOST_PROBLEMS } from "./log-check.js";
import { merkleRoot } from "./merkle.js";
import type { Query } from "./read-pages.js";
import { checkRetentions } from "./retention.js";

/** One log as it is in one moment, however often it is read. */
export interface SealedLog {
  readonly log: LogName;
  checkpoints(): Promise<readonly SignedCheckpoint[]>;
  /** What says that rows went out of it, in their order. */
  retentions(): Promise<readonly SignedCheckpoint[]>;
  /** Its lines in the order of their ids: texts of many lines each. */
  pages(): AsyncIterable<string>;
  /** The hashes that a checkpoint keeps of its rows; undefined where only the checkpoint itself is at hand. */
  leaves(sequence: number): Promise<Buffer | undefined>;
}

/** A log in the database, in one snapshot until it is closed. */
export interface OpenLog extends SealedLog {
  readonly query: Query;
  /** The line of one row; undefined where there is none. */
  row(id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface VerifyLogInput {
  /** Public keys, PEM. */
  readonly keys: readonly TrustedKey[];
  /** Checkpoints of this log that were kept elsewhere. */
  readonly kept: readonly Checkpoint[];
  /** Told how many rows are read. */
  readonly onRows?: (rows: number) => void;
}

/** What became of holding a log against its checkpoints. */
export interface LogVerdict {
  readonly log: LogName;
  readonly checkpoints: number;
  readonly rows: number;
  /** Rows that a checkpoint covers. */
  readonly sealed: number;
  /** Rows that went out of it, as signed retentions say. */
  readonly removed: number;
  /** The last checkpoint. */
  readonly lastCheckpoint: { readonly sequence: number; readonly hash: string; readonly sealedAt: string } | null;
  readonly problems: readonly SealProblem[];
  /** How many problems there are besides. */
  readonly untold: number;
}

/** In so many ranges rows are looked for one by one: each takes some 10 MB while that is done. */
const MOST_LOCATED = 8;

/** Holds a log against its checkpoints, with the public keys alone and in constant memory. */
export async function verifyLog(source: SealedLog, { keys, kept, onRows }: VerifyLogInput): Promise<LogVerdict> {
  const { log } = source;
  const unreadable: SealProblem[] = [];
  const found = (await source.checkpoints()).flatMap((signed) => {
    const read = readCheckpoint(signed);
    if (!read) unreadable.push({ checkpoint: null, row: null, what: "a checkpoint is none that this azora knows" });
    return read ?? [];
  });
  const chain = checkChain({ log, found, kept, keys });
  const retained = checkRetentions({ log, found: await source.retentions(), chain, keys });
  const check = new LogCheck(log, chain, retained.through);
  for await (const page of source.pages()) {
    eachLine(page, (line) => check.add(line));
    onRows?.(check.rows);
  }
  const ranges = await tellRanges(source, check);
  const rowsTold = new Set(ranges.map(({ row }) => row));
  const problems = [
    ...unreadable,
    ...chain.problems,
    ...retained.problems,
    ...check.problems.filter(({ row }) => row === null || !rowsTold.has(row)),
    ...ranges,
  ];
  const last = chain.signed.at(-1);
  return {
    log,
    checkpoints: chain.signed.length,
    rows: check.rows,
    sealed: check.sealed,
    removed: retained.rows,
    lastCheckpoint: last ? { sequence: last.sequence, hash: last.hash, sealedAt: last.sealedAt } : null,
    problems: problems.slice(0, MOST_PROBLEMS),
    untold: check.untold + Math.max(0, problems.length - MOST_PROBLEMS),
  };
}

export function eachLine(page: string, take: (line: string) => void): void {
  for (let start = 0; start < page.length; ) {
    const end = page.indexOf("\n", start);
    const stop = end < 0 ? page.length : end;
    if (stop > start) take(page.slice(start, stop));
    start = stop + 1;
  }
}

/** What is wrong with the ranges that don't hold what they did: row by row where their leaves are at hand and the ones that were sealed. */
async function tellRanges(source: SealedLog, check: LogCheck): Promise<readonly SealProblem[]> {
  const broken = check.broken();
  const sealed = new Map<number, readonly string[]>();
  for (const { sequence, root } of broken.slice(0, MOST_LOCATED)) {
    const leaves = await source.leaves(sequence);
    if (leaves && merkleRoot(leaves) === root) sealed.set(sequence, split(leaves));
  }
  const rows = sealed.size > 0 ? await readRanges(source, check, sealed) : new Map<number, RangeRow[]>();
  return broken.flatMap((checkpoint) => {
    const leaves = sealed.get(checkpoint.sequence);
    const located = leaves ? locate(checkpoint, leaves, rows.get(checkpoint.sequence) ?? []) : [];
    return located.length > 0 ? located : [wholeRange(checkpoint, check.sizeOf(checkpoint))];
  });
}

async function readRanges(
  source: SealedLog,
  check: LogCheck,
  wanted: ReadonlyMap<number, readonly string[]>,
): Promise<Map<number, RangeRow[]>> {
  const rows = new Map<number, RangeRow[]>();
  for await (const page of source.pages()) {
    eachLine(page, (text) => {
      const line = readLine(text);
      const sequence = line && check.rangeOf(line)?.checkpoint.sequence;
      if (!line || sequence === undefined || !wanted.has(sequence)) return;
      const range = rows.get(sequence) ?? [];
      rows.set(sequence, range);
      range.push({ id: line.id, leaf: line.leaf.toString("hex") });
    });
  }
  return rows;
}

function split(leaves: Buffer): string[] {
  const hex = leaves.toString("hex");
  return Array.from({ length: leaves.length / 32 }, (_, i) => hex.slice(i * 64, i * 64 + 64));
}

function wholeRange({ sequence, rows, firstId, lastId }: Checkpoint, here: number): SealProblem {
  const count = here === rows ? `${rows} rows as then, but not the same` : `${rows} rows then, ${here} now`;
  return { checkpoint: sequence, row: null, what: `the range from ${firstId} to ${lastId} isn't what was sealed: ${count}` };
}
