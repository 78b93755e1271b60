import { createReadStream } from "node:fs";
import type { Config } from "../config.js";
import { AzoraError } from "../errors.js";
import { type Checkpoint, parseCheckpointLine } from "../seal/checkpoint.js";
import { readLine } from "../seal/line.js";
import { checkProof, readProof } from "../seal/proof.js";
import { parseRetentionLine, type Retention } from "../seal/retention.js";
import { eachLine, verifyLog } from "../seal/verify-log.js";
import { readCheckpointFile } from "./checkpoint-file.js";
import { keysFor } from "./keys/keys-for.js";
import type { NamedVerdict } from "./purged-logs.js";
import { readText } from "./read-text.js";
import type { LogsCheck } from "./verify-logs.js";

export interface VerifyExportInput {
  /** What `audit:export` wrote as JSON lines, unfiltered. */
  readonly file: string;
  readonly checkpointsFile?: string | undefined;
  readonly publicKeyFiles: readonly string[];
  readonly onRows?: (rows: number) => void;
}

/**
 * Holds an exported log against its checkpoints, which stand in front of it or in a file of their own. It needs no
 * database, and no key but the public one.
 * @throws AzoraError INVALID_INPUT (files), NOT_CONFIGURED without a key
 */
export async function verifyExport(config: () => Config, input: VerifyExportInput): Promise<LogsCheck> {
  const { file, checkpointsFile, publicKeyFiles, onRows } = input;
  const keys = await keysFor(config, publicKeyFiles);
  const { checkpoints: inFile, retentions, firstLine } = await readHead(file);
  const kept = checkpointsFile === undefined ? undefined : readCheckpointFile(checkpointsFile);
  const log = inFile[0]?.log ?? (firstLine === undefined ? undefined : readLine(firstLine)?.log);
  if (log === undefined)
    throw new AzoraError("INVALID_INPUT", `${file} is no log that azora exported.`, {
      hint: "Pass what `azora audit:export` wrote as JSON lines.",
    });
  const ours = kept?.get(log) ?? [];
  if (inFile.length === 0 && ours.length === 0) {
    throw new AzoraError("INVALID_INPUT", `There are no checkpoints of ${log} to hold ${file} against.`, {
      hint: "Export with --checkpoints, or pass what `azora audit:seal --out` wrote with --checkpoints FILE.",
    });
  }
  const found = inFile.length > 0 ? inFile : ours;
  const verdict = await verifyLog(
    {
      log,
      checkpoints: async () => found,
      retentions: async () => retentions,
      leaves: async () => undefined,
      pages: () => rowsOf(file),
    },
    { keys, kept: inFile.length > 0 ? ours : [], ...(onRows && { onRows }) },
  );
  return { logs: [{ ...verdict, slug: null }], skipped: [] };
}

/**
 * Checks a proof of one row with the public key alone.
 * @throws AzoraError INVALID_INPUT (files), NOT_CONFIGURED without a key
 */
export async function verifyProof(
  config: () => Config,
  { file, publicKeyFiles }: { readonly file: string; readonly publicKeyFiles: readonly string[] },
): Promise<LogsCheck> {
  const keys = await keysFor(config, publicKeyFiles);
  const proof = readProof(await readText(file, "proof"), file);
  const problems = checkProof(proof, keys);
  const log = readLine(proof.line)?.log ?? "unknown";
  const verdict: NamedVerdict = {
    log,
    slug: null,
    checkpoints: 1,
    rows: 1,
    sealed: problems.length === 0 ? 1 : 0,
    removed: 0,
    lastCheckpoint: null,
    problems,
    untold: 0,
  };
  return { logs: [verdict], skipped: [] };
}

const SIGNED = '{"payload":';

interface Head {
  readonly checkpoints: readonly Checkpoint[];
  readonly retentions: readonly Retention[];
  readonly firstLine: string | undefined;
}

/** The checkpoints and retentions that stand in front of the rows, and the first row. */
async function readHead(file: string): Promise<Head> {
  const checkpoints: Checkpoint[] = [];
  const retentions: Retention[] = [];
  let firstLine: string | undefined;
  for await (const page of linesOf(file)) {
    eachLine(page, (line) => {
      if (firstLine !== undefined) return;
      if (!line.startsWith(SIGNED)) {
        firstLine = line;
        return;
      }
      const retention = parseRetentionLine(line);
      if (retention) retentions.push(retention);
      else checkpoints.push(parseCheckpointLine(line, `${file}, line ${checkpoints.length + retentions.length + 1},`));
    });
    if (firstLine !== undefined) break;
  }
  return { checkpoints, retentions, firstLine };
}

/** What stands behind the signed lines. */
async function* rowsOf(file: string): AsyncGenerator<string> {
  let isHead = true;
  for await (const page of linesOf(file)) {
    if (!isHead) {
      yield page;
      continue;
    }
    let start = 0;
    while (page.startsWith(SIGNED, start)) {
      const end = page.indexOf("\n", start);
      start = end < 0 ? page.length : end + 1;
    }
    isHead = start === page.length;
    yield page.slice(start);
  }
}

/** A file as texts of whole lines, whatever its length. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 20 })) {
      const end = (chunk as string).lastIndexOf("\n") + 1;
      if (end > 0) yield rest + (chunk as string).slice(0, end);
      rest = end > 0 ? (chunk as string).slice(end) : rest + (chunk as string);
    }
  } catch (error) {
    if (error instanceof AzoraError) throw error;
    throw new AzoraError("INVALID_INPUT", `The export ${file} can't be read.`, { cause: error });
  }
  if (rest !== "") yield rest;
}
